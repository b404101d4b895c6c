"""An autoencoder with tied weights: the decoder is the transposed encoder, a view of the same memory.

The gradient of the loss has one part for each argument, with the others constant: one for the encoder, one
for the decoder. The optimiser knows by their memory that the two are one matrix. It adds the parts up
before Adam sees them, keeps one state, and gives back a model in which the decoder still is a view.

Run it with ``python examples/tied_autoencoder.py``; it needs scikit-learn, for its images of digits.
"""

import numpy as np
from sklearn.datasets import load_digits

import adcomp
from adcomp.tangents import Adam, Optimiser, find_ties

HIDDEN = 24
STEPS = 150


def loss(enc, dec, hidden_bias, pixel_bias, images):
    """The mean squared error of the images that the code of each image is decoded to."""
    code = np.tanh(images @ enc.T + hidden_bias)
    decoded = code @ dec.T + pixel_bias
    return np.mean((decoded - images) ** 2)


value_and_gradient = adcomp.value_and_gradient(loss, wrt=("enc", "dec", "hidden_bias", "pixel_bias"))


def main():
    images = load_digits().data[::2] / 16.0
    random = np.random.default_rng(0)
    weights = random.normal(0.0, 0.1, (HIDDEN, images.shape[1]))
    model = {
        "enc": weights,
        "dec": weights.T,
        "hidden_bias": np.zeros(HIDDEN),
        "pixel_bias": np.zeros(images.shape[1]),
    }
    print("tied:", *find_ties(model).tied)
    optimiser = Optimiser(Adam(rate=0.01), model)
    for step in range(STEPS + 1):
        value, gradient = value_and_gradient(*model.values(), images)
        if step == 0:
            first = value
        if step % 30 == 0:
            print(f"step {step:4d}   loss {value:.5f}")
        model = optimiser.step(model, dict(zip(model, gradient, strict=True)))
    if model["dec"].base is not model["enc"] or not np.array_equal(model["dec"], model["enc"].T):
        raise SystemExit("the decoder is no view of the encoder any more")
    if not value < first / 5:
        raise SystemExit("the loss did not fall")
    print("the decoder still is the transposed encoder, and shares its memory")


if __name__ == "__main__":
    main()
