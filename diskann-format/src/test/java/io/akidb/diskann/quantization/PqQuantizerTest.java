package io.akidb.diskann.quantization;

import io.akidb.diskann.Quantization;

class PqQuantizerTest extends QuantizerContract {
  @Override
  protected Quantization quantization() {
    return Quantization.PQ;
  }

  @Override
  protected double recallMin() {
    return 0.9;
  }

  @Override
  protected double errorMax() {
    return 0.1;
  }
}
