"""The workloads of `liebig bench` in plain PyTorch. Runs one workload and prints one line of JSON.

    python bench/torch_units.py real_gradient_256 --runs 5 --threads 2
    python bench/torch_units.py unroll_w32_ipc1_n30 --limit 8

The second is an unrolled training (`unroll.py`), which runs once and without a warm-up.
"""

import argparse
import json
import pathlib
import re
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

CLASSES = 10
# Where the networks are that the tests' reference values are made with.
GOLDEN = pathlib.Path(__file__).parent.parent / "crates" / "liebig-nn" / "tests" / "golden"


def convnet(width=128, depth=3, channels=3, side=32):
    """On square images, or on 28x28 grey ones, which the first convolution pads to 32x32."""
    blocks = []
    for block in range(depth):
        padding = 3 if channels == 1 and block == 0 else 1
        blocks += [nn.Conv2d(channels, width, 3, padding=padding), nn.GroupNorm(width, width), nn.ReLU(), nn.AvgPool2d(2)]
        channels = width
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(width * (side >> depth) ** 2, CLASSES))


def warped(images, matrices):
    grid = F.affine_grid(matrices, list(images.shape), align_corners=True)
    return F.grid_sample(images, grid, align_corners=True)


def augmented(images, operation):
    """One operation of differentiable Siamese augmentation, with parameters for each image."""
    count, _, height, width = images.shape
    zero = torch.zeros(count)
    if operation == "color":
        brightness, saturation, contrast = torch.rand(3, count, 1, 1, 1)
        images = images + brightness - 0.5
        grey = images.mean(1, keepdim=True)
        images = (images - grey) * 2 * saturation + grey
        flat = images.mean((1, 2, 3), keepdim=True)
        return (images - flat) * (contrast + 0.5) + flat
    rows, columns = torch.arange(height)[None, :, None], torch.arange(width)[None, None, :]
    if operation == "crop":
        most = height // 8
        down, right = torch.randint(-most, most + 1, (2, count, 1, 1))
        frame = F.pad(images, (most, most, most, most)).permute(0, 2, 3, 1)
        return frame[torch.arange(count)[:, None, None], rows + down + most, columns + right + most].permute(0, 3, 1, 2)
    if operation == "cutout":
        row, column = torch.randint(height + 1, (2, count, 1, 1))
        outside = ((rows - row).abs() > height // 4) | ((columns - column).abs() > width // 4)
        return images * outside[:, None]
    if operation == "flip":
        return torch.where(torch.rand(count, 1, 1, 1) < 0.5, images, images.flip(3))
    if operation == "scale":
        x, y = 1.2 ** (2 * torch.rand(2, count) - 1)
        matrices = torch.stack([torch.stack([x, zero, zero], 1), torch.stack([zero, y, zero], 1)], 1)
        return warped(images, matrices)
    angle = torch.deg2rad((2 * torch.rand(count) - 1) * 15)
    sin, cos = angle.sin(), angle.cos()
    return warped(images, torch.stack([torch.stack([cos, -sin, zero], 1), torch.stack([sin, cos, zero], 1)], 1))


class Units:
    """One method per kind of workload; each returns a function that does one unit of the work."""

    def __init__(self, **sizes):
        torch.manual_seed(0)
        self.net = convnet(**sizes)
        self.weights = list(self.net.parameters())

    def gradient(self, images, class_, create_graph=False):
        loss = F.cross_entropy(self.net(images), torch.full((len(images),), class_))
        return torch.autograd.grad(loss, self.weights, create_graph=create_graph)

    @staticmethod
    def distance(ours, target):
        """Sum over outputs of one minus the cosine similarity; one-dimensional tensors are skipped."""
        total = torch.zeros(())
        for a, b in zip(ours, target):
            if a.ndim > 1:
                a, b = a.reshape(len(a), -1), b.reshape(len(b), -1)
                cosine = (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1) + 1e-6)
                total = total + (1 - cosine).sum()
        return total

    def real_gradient(self, count):
        images = torch.randn(count, 3, 32, 32)
        return lambda: self.gradient(images, 0)

    def per_sample_gradients(self, count):
        """The gradients of images one by one, each shortened to 0.1, and their sum: by torch.func, as fast as PyTorch has it."""
        images, labels = torch.randn(count, 3, 32, 32), torch.arange(count) % CLASSES
        weights = {name: weight.detach() for name, weight in self.net.named_parameters()}

        def loss(weights, image, label):
            logits = torch.func.functional_call(self.net, weights, (image[None],))
            return F.cross_entropy(logits, label[None])

        gradients = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))

        def unit():
            each = gradients(weights, images, labels)
            norms = sum(gradient.flatten(1).square().sum(1) for gradient in each.values()).sqrt()
            scale = (0.1 / norms).clamp(max=1)
            return {name: torch.einsum("n,n...->...", scale, gradient) for name, gradient in each.items()}

        return unit

    def match_step(self, ipc):
        target = self.gradient(torch.randn(64, 3, 32, 32), 0)
        images = torch.randn(ipc, 3, 32, 32, requires_grad=True)
        return lambda: torch.autograd.grad(self.distance(self.gradient(images, 0, True), target), images)

    @staticmethod
    def iteration(ipc, lr, distance):
        """One SGD step on `ipc` images of each class, which minimises `distance(real, images, class_)`."""
        real = torch.randn(CLASSES, 256, 3, 32, 32)
        images = torch.randn(CLASSES * ipc, 3, 32, 32, requires_grad=True)
        sgd = torch.optim.SGD([images], lr=lr, momentum=0.5)

        def unit():
            sgd.zero_grad()
            for class_ in range(CLASSES):
                ours = images[class_ * ipc : (class_ + 1) * ipc]
                distance(real[class_], ours, class_).backward(inputs=[images])
            sgd.step()

        return unit

    def dc_iteration(self, ipc):
        def distance(real, images, class_):
            target = self.gradient(real, class_)
            return self.distance(self.gradient(images, class_, True), target)

        return self.iteration(ipc, 0.1, distance)

    def dm_iteration(self, ipc):
        features = self.net[:-1]

        def distance(real, images, _):
            with torch.no_grad():
                target = features(real).mean(0)
            return (features(images).mean(0) - target).square().sum()

        return self.iteration(ipc, 1.0, distance)

    @staticmethod
    def squared_distance(ours, theirs):
        return torch.stack([(a - b).square().sum() for a, b in zip(ours, theirs)]).sum()

    def trajectory_step(self, steps, ipc, side=32):
        images = torch.randn(CLASSES * ipc, 3, side, side, requires_grad=True)
        labels = torch.arange(CLASSES * ipc) // ipc
        lr = torch.full((), 0.01, requires_grad=True)
        start = {name: weight.detach() for name, weight in self.net.named_parameters()}
        target = [weight + 0.01 * torch.randn(weight.shape) for weight in start.values()]
        scale = self.squared_distance(start.values(), target)

        def unit():
            weights = {name: weight.clone().requires_grad_() for name, weight in start.items()}
            for _ in range(steps):
                loss = F.cross_entropy(functional_call(self.net, weights, images), labels)
                gradient = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
                weights = {name: weight - lr * g for (name, weight), g in zip(weights.items(), gradient)}
            distance = self.squared_distance(weights.values(), target) / scale
            return torch.autograd.grad(distance, [images, lr])

        return unit

    def unroll(self, steps, ipc):
        """SGD with momentum and a step size for each step; one graph of all steps."""
        images = torch.randn(CLASSES * ipc, 1, 28, 28, requires_grad=True)
        labels = torch.arange(CLASSES * ipc) // ipc
        lr = torch.full((steps,), 0.01, requires_grad=True)
        start = {name: weight.detach() for name, weight in self.net.named_parameters()}
        target = [weight + 0.01 * torch.randn(weight.shape) for weight in start.values()]
        scale = self.squared_distance(start.values(), target)

        def unit():
            weights = {name: weight.clone().requires_grad_() for name, weight in start.items()}
            momenta = None
            for rate in lr:
                loss = F.cross_entropy(functional_call(self.net, weights, images), labels)
                gradient = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
                momenta = [0.9 * m + g for m, g in zip(momenta, gradient)] if momenta else gradient
                weights = {name: weight - rate * m for (name, weight), m in zip(weights.items(), momenta)}
            distance = self.squared_distance(weights.values(), target) / scale
            return torch.autograd.grad(distance, [images, lr])

        return unit

    @staticmethod
    def dd_iteration(steps, ipc):
        """One image update of dataset distillation: SGD with momentum, one graph of all steps, Adam on the images."""
        narrow = Units(width=32, channels=1)
        images = torch.randn(CLASSES * ipc, 1, 28, 28, requires_grad=True)
        labels = torch.arange(CLASSES * ipc) // ipc
        real, of_real = torch.randn(512, 1, 28, 28), torch.arange(512) % CLASSES
        start = {name: weight.detach() for name, weight in narrow.net.named_parameters()}
        adam = torch.optim.Adam([images], lr=0.1)

        def unit():
            weights = {name: weight.clone().requires_grad_() for name, weight in start.items()}
            momenta = None
            for _ in range(steps):
                loss = F.cross_entropy(functional_call(narrow.net, weights, images), labels)
                gradient = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
                momenta = [0.9 * m + g for m, g in zip(momenta, gradient)] if momenta else gradient
                weights = {name: weight - 0.01 * m for (name, weight), m in zip(weights.items(), momenta)}
            adam.zero_grad()
            F.cross_entropy(functional_call(narrow.net, weights, real), of_real).backward(inputs=[images])
            adam.step()

        return unit

    def train(self, count, batch, epochs):
        images, labels = torch.randn(count, 3, 32, 32), torch.randint(CLASSES, (count,))
        sgd = torch.optim.SGD(self.weights, lr=0.01, momentum=0.9, weight_decay=5e-4)

        def unit():
            for _ in range(epochs):
                for start in range(0, count, batch):
                    sgd.zero_grad()
                    F.cross_entropy(self.net(images[start : start + batch]), labels[start : start + batch]).backward()
                    sgd.step()

        return unit

    def expert_epoch(self, count, batch):
        """Plain SGD on augmented batches."""
        images, labels = torch.randn(count, 3, 32, 32), torch.randint(CLASSES, (count,))
        operations = ["color", "crop", "cutout", "flip", "scale", "rotate"]
        sgd = torch.optim.SGD(self.weights, lr=0.01)

        def unit():
            for step, start in enumerate(range(0, count, batch)):
                sgd.zero_grad()
                x = augmented(images[start : start + batch], operations[step % len(operations)])
                F.cross_entropy(self.net(x), labels[start : start + batch]).backward()
                sgd.step()

        return unit

    @staticmethod
    def network_step(name, batch, **options):
        """One SGD step of a network of the tests' reference, on colour images of 32 pixels."""
        sys.path.append(str(GOLDEN))
        import make_networks
        import make_reference

        make = getattr(make_networks, name, None) or getattr(make_reference, name)
        net = make((3, 32, 32), CLASSES, **options)
        images, labels = torch.randn(batch, 3, 32, 32), torch.arange(batch) % CLASSES
        sgd = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)

        def unit():
            sgd.zero_grad()
            F.cross_entropy(net(images), labels).backward()
            sgd.step()

        return unit

    @staticmethod
    def matrix_product(side):
        a, b = torch.randn(side, side), torch.randn(side, side)
        return lambda: a @ b

    def inference(self, count):
        images = torch.randn(count, 3, 32, 32)

        @torch.no_grad()
        def unit():
            return [self.net(batch).argmax(1) for batch in images.split(256)]

        return unit


WORKLOADS = {
    "matrix_product_2048": lambda units: units.matrix_product(2048),
    "real_gradient_256": lambda units: units.real_gradient(256),
    "per_sample_gradients_256_w32": lambda units: Units(width=32).per_sample_gradients(256),
    "match_step_ipc1": lambda units: units.match_step(1),
    "match_step_ipc10": lambda units: units.match_step(10),
    "match_step_ipc50": lambda units: units.match_step(50),
    "dc_iteration_ipc1": lambda units: units.dc_iteration(1),
    "dc_iteration_ipc10": lambda units: units.dc_iteration(10),
    "dm_iteration_ipc10": lambda units: units.dm_iteration(10),
    "trajectory_step_n10_ipc1": lambda units: units.trajectory_step(10, 1),
    "trajectory_step_n10_ipc10": lambda units: units.trajectory_step(10, 10),
    "trajectory_step_n30_ipc10": lambda units: units.trajectory_step(30, 10),
    "trajectory_step_n20_128px_ipc1": lambda units: Units(depth=5, side=128).trajectory_step(20, 1, 128),
    "dd_iteration_n60_w32_ipc1": lambda units: units.dd_iteration(60, 1),
    "dd_iteration_n60_w32_ipc10": lambda units: units.dd_iteration(60, 10),
    "train_epoch_2048": lambda units: units.train(2048, 256, 1),
    "train_small_ipc10": lambda units: units.train(100, 100, 20),
    "expert_epoch_2048": lambda units: units.expert_epoch(2048, 256),
    "inference_2048": lambda units: units.inference(2048),
    "network_step_mlp": lambda units: units.network_step("MLP", 256),
    "network_step_lenet": lambda units: units.network_step("LeNet", 256),
    "network_step_alexnet": lambda units: units.network_step("AlexNet", 64),
    "network_step_vgg11": lambda units: units.network_step("Vgg11", 64),
    "network_step_resnet18": lambda units: units.network_step("ResNet18", 64),
    "network_step_resnet18_batch": lambda units: units.network_step("ResNet18", 64, norm="batch"),
    "network_step_resnet18ap": lambda units: units.network_step("ResNet18Ap", 64),
    "network_step_convnet_batch": lambda units: units.network_step("ConvNet", 256, norm="batch"),
    "network_step_convnet_none": lambda units: units.network_step("ConvNet", 64, norm="none"),
    "network_step_vit": lambda units: units.network_step("Vit", 64),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", help="the name of a workload, or unroll_wWIDTH_ipcIPC_nSTEPS")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=float, help="the most memory to take, in GiB")
    arguments = parser.parse_args()
    if arguments.limit:
        limit = int(arguments.limit * 2**30)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    torch.set_num_threads(arguments.threads)
    unroll = re.fullmatch(r"unroll_w(\d+)_ipc(\d+)_n(\d+)", arguments.workload)
    if unroll:
        width, ipc, steps = map(int, unroll.groups())
        unit = Units(width=width, channels=1).unroll(steps, ipc)
        arguments.runs = 1
    elif arguments.workload in WORKLOADS:
        unit = WORKLOADS[arguments.workload](Units())
        unit()  # a warm-up that is not timed
    else:
        parser.error(f"there is no workload {arguments.workload}")
    times = []
    before = time.process_time()
    for _ in range(arguments.runs):
        started = time.perf_counter()
        unit()
        times.append(time.perf_counter() - started)
    processor = (time.process_time() - before) / len(times)
    print(json.dumps({
        "name": arguments.workload,
        "seconds": statistics.median(times),
        "seconds_min": min(times),
        "processor_seconds": processor,
        "runs": len(times),
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "engine": f"torch {torch.__version__} cpu x{arguments.threads}",
    }))


if __name__ == "__main__":
    main()
