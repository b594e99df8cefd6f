package io.akidb.diskann.quantization;

import io.akidb.diskann.Quantization;

class OpqQuantizerTest extends QuantizerContract {
  @Override
  protected Quantization quantization() {
    return Quantization.OPQ;
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
