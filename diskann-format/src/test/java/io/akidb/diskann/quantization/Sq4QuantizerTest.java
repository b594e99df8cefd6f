package io.akidb.diskann.quantization;

import io.akidb.diskann.Quantization;

class Sq4QuantizerTest extends QuantizerContract {
  @Override
  protected Quantization quantization() {
    return Quantization.SQ4;
  }

  @Override
  protected double recallMin() {
    return 0.9;
  }

  @Override
  protected double errorMax() {
    return 0.15;
  }
}
