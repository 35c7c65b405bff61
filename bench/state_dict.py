"""Passes the weights of every network to PyTorch and back, with PyTorch's own loader.

    python bench/state_dict.py [--liebig target/release/liebig]      (PyTorch, safetensors)

The networks of PyTorch are those that the tests' reference values are made with. Ends with exit code 1 if a file does not
fit, which PyTorch finds out with `strict=True`.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).parent
sys.path.append(str(HERE.parent / "crates" / "liebig-nn" / "tests" / "golden"))

import make_networks  # noqa: E402
import make_reference  # noqa: E402

SHAPE, CLASSES = (3, 32, 32), 10
NETWORKS = {
    "convnet": (make_reference.ConvNet, {}),
    "convnet:norm=batch": (make_reference.ConvNet, {"norm": "batch"}),
    "convnet:norm=layer": (make_reference.ConvNet, {"norm": "layer"}),
    "convnet:norm=group": (make_reference.ConvNet, {"norm": "group"}),
    "convnet:norm=none:pooling=max:depth=4": (make_reference.ConvNet, {"norm": "none", "pooling": "max", "depth": 4}),
    "mlp": (make_reference.MLP, {}),
    "lenet": (make_reference.LeNet, {}),
    "alexnet": (make_networks.AlexNet, {}),
    "alexnet:norm=batch": (make_networks.AlexNet, {"norm": "batch"}),
    "vgg11": (make_networks.Vgg11, {}),
    "vgg11:norm=batch": (make_networks.Vgg11, {"norm": "batch"}),
    "resnet18": (make_networks.ResNet18, {}),
    "resnet18:norm=batch": (make_networks.ResNet18, {"norm": "batch"}),
    "resnet18:norm=batch:stem=imagenet": (make_networks.ResNet18, {"norm": "batch", "stem": "imagenet"}),
    "resnet18ap": (make_networks.ResNet18Ap, {}),
    "resnet18ap:norm=batch": (make_networks.ResNet18Ap, {"norm": "batch"}),
    "alexcifarnet": (make_networks.AlexCifarNet, {}),
    "lstm": (make_networks.Lstm, {}),
    "vit": (make_networks.Vit, {}),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--liebig", default=str(HERE.parent / "target" / "release" / "liebig"))
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = (str(pathlib.Path(folder) / name) for name in ("ours.safetensors", "theirs.safetensors"))
        for name, (make, options) in NETWORKS.items():
            model = make(SHAPE, CLASSES, **options)
            save_file({key: value.contiguous() for key, value in model.state_dict().items()}, theirs)
            try:
                subprocess.run([arguments.liebig, "models", name, "--write", ours], check=True)
                model.load_state_dict(load_file(ours), strict=True)
                subprocess.run([arguments.liebig, "models", name, "--check", theirs], check=True)
            except (RuntimeError, subprocess.CalledProcessError) as error:
                failed += 1
                print(f"{name}: {error}", file=sys.stderr)
    if failed:
        sys.exit(1)
    print(f"{len(NETWORKS)} networks, each loaded by both")


if __name__ == "__main__":
    main()
