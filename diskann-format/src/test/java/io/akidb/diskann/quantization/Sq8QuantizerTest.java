package io.akidb.diskann.quantization;

import io.akidb.diskann.Quantization;

class Sq8QuantizerTest extends QuantizerContract {
  @Override
  protected Quantization quantization() {
    return Quantization.SQ8;
  }

  @Override
  protected double recallMin() {
    return 0.99;
  }

  @Override
  protected double errorMax() {
    return 0.01;
  }
}
