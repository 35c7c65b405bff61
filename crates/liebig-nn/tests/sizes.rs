//! Sizes of networks: what they count, and which sizes they refuse.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{COLOUR, GREY, convnet, default, depth, square};
use liebig_grad::cpu;
use liebig_nn::{
    AlexCifarNetOptions, AlexNetOptions, ConvNetOptions, Error, Frozen, Input, LeNetOptions,
    LstmOptions, MlpOptions, Model, ModelChoice, Norm, Pooling, ResNet18Options,
    initial_statistics,
};

/// The published networks' sizes.
#[test]
fn parameter_counts() {
    let count = |name, input, classes| default(name, input, classes).parameter_count();
    assert_eq!(count("convnet", COLOUR, 10), 320_010);
    assert_eq!(count("convnet", GREY, 10), 317_706);
    assert_eq!(count("convnet", COLOUR, 100), 504_420);
    assert_eq!(count("convnet", square(3, 64), 200), 857_160);
    assert_eq!(count("convnet", square(3, 128), 10), 615_690);
    assert_eq!(count("mlp", COLOUR, 10), 411_146);
    assert_eq!(count("mlp", GREY, 10), 118_282);
    assert_eq!(count("lenet", COLOUR, 10), 62_006);
    assert_eq!(count("alexcifarnet", COLOUR, 10), 1_756_426);
    assert_eq!(count("alexnet", COLOUR, 10), 1_872_202);
    assert_eq!(count("vgg11", COLOUR, 10), 9_231_114);
    assert_eq!(count("resnet18", COLOUR, 10), 11_173_962);
    // The classifier sees 4x4 pixels, and 3x3 of grey images of 28 pixels.
    let more = |pixels: usize| (pixels - 1) * 512 * 10;
    assert_eq!(count("resnet18ap", COLOUR, 10), 11_173_962 + more(16));
    assert_eq!(
        count("resnet18ap", GREY, 10),
        11_173_962 - 2 * 9 * 64 + more(9)
    );
    // PyTorch's LSTM(28, 128) and LSTM(96, 128), each with Linear(128, 10).
    assert_eq!(count("lstm", GREY, 10), 80_896 + 1_290);
    assert_eq!(count("lstm", COLOUR, 10), 115_712 + 1_290);
}

fn padded(padding: usize) -> ModelChoice {
    ModelChoice::LeNet(LeNetOptions {
        padding: Some(padding),
        ..LeNetOptions::default()
    })
}

/// What is padded, and by how much, decides what is left for the first linear layer.
#[test]
fn lenet_pads_as_it_is_told() {
    let count = |choice: ModelChoice, input| choice.build(input, 10).unwrap().parameter_count();
    // Wang et al.'s, on colour images of 28 pixels and on grey ones of 32 and 28.
    assert_eq!(count(padded(2), square(3, 28)), 62_006);
    assert_eq!(count(padded(0), square(1, 32)), 61_706);
    assert_eq!(count(padded(2), GREY), 61_706);
    assert_eq!(default("lenet", GREY, 10).parameter_count(), 61_706);
    // Without, 28 colour pixels become 4.
    let small = default("lenet", square(3, 28), 10).parameter_count();
    assert_eq!(small, 62_006 - (25 - 16) * 16 * 120);
    for padding in [5, usize::MAX] {
        let message = refused(padded(padding), COLOUR, 10);
        let expected = format!("`model.padding` is {padding}, but lenet needs a value from 0 to 4");
        assert!(message.starts_with(&expected), "{message}");
    }
}

/// Convolutions, norms, activations and poolings, where there are any.
#[test]
fn activations_are_counted() {
    let of = |norm, pooling| {
        let options = ConvNetOptions {
            norm,
            pooling,
            width: 4,
            ..depth(2)
        };
        convnet(square(3, 8), 5, options).activations()
    };
    // Maps of 8x8 pixels with 4 channels, of 4x4 and of 2x2.
    let (large, middle, small) = (256, 64, 16);
    let pooled = large + 2 * middle + small + 5;
    assert_eq!(of(Norm::Instance, Pooling::Avg), pooled);
    assert_eq!(of(Norm::Group, Pooling::Avg), pooled + 2 * (large + middle));
    assert_eq!(of(Norm::Instance, Pooling::None), 6 * large + 5);
    assert_eq!(of(Norm::None, Pooling::Max), pooled + large + middle);

    let mlp = default("mlp", square(1, 4), 3).activations();
    assert_eq!(mlp, 4 * 128 + 3);
    // Each map before and after ReLU, then pooled.
    let convolutions = (2 * 28 * 28 + 14 * 14) * 6 + (2 * 10 * 10 + 5 * 5) * 16;
    let lenet = default("lenet", GREY, 3).activations();
    assert_eq!(lenet, convolutions + 2 * (120 + 84) + 3);

    // Odd sides are halved to 8 and 4 pixels. Maps come from convolution and ReLU, pooling, and three
    // from a norm.
    let alexcifarnet = default("alexcifarnet", square(3, 15), 3).activations();
    let maps = (2 * 15 * 15 + 4 * 8 * 8 + 5 * 8 * 8 + 4 * 4) * 64;
    assert_eq!(alexcifarnet, maps + 2 * (384 + 192) + 3);

    // Convolution, norm, ReLU and pooling of what the convolution puts out, with and without norm.
    let alexnet = |norm| {
        let options = AlexNetOptions {
            width: 2,
            norm,
            ..AlexNetOptions::default()
        };
        let model = ModelChoice::AlexNet(options).build(square(3, 8), 5);
        model.unwrap().activations()
    };
    let convolved = 64 * 2 + 16 * 3 + 4 * (4 + 3 + 3);
    let pooled = 16 * 2 + 4 * 3 + 3;
    assert_eq!(alexnet(Norm::None), 2 * convolved + pooled + 5);
    assert_eq!(alexnet(Norm::Batch), 3 * convolved + pooled + 5);
    // The stem's convolution, norm and ReLU. In a block twice convolution and norm, ReLU after the first
    // and after the sum, and the sum itself; in three of them a shortcut's convolution and norm. Means.
    let resnet18 = ResNet18Options {
        width: 1,
        ..ResNet18Options::default()
    };
    let model = ModelChoice::ResNet18(resnet18).build(square(3, 8), 5);
    let blocks = 2 * 7 * (64 + 16 * 2 + 4 * 4 + 8) + 2 * (16 * 2 + 4 * 4 + 8);
    assert_eq!(model.unwrap().activations(), 3 * 64 + blocks + 8 + 5);

    let options = ConvNetOptions {
        norm: Norm::Batch,
        ..depth(1)
    };
    let model = convnet(square(3, 4), 2, options);
    let running = initial_statistics(&*model, &cpu()).unwrap();
    let frozen = Frozen::new(&*model, &running).unwrap();
    assert_eq!(frozen.activations(), model.activations());
}

#[track_caller]
fn refused(choice: ModelChoice, input: Input, classes: usize) -> String {
    match choice.build(input, classes) {
        Ok(_) => panic!("{choice:?} on {input} was not refused"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn refused_convnet(options: ConvNetOptions, input: Input) -> String {
    refused(ModelChoice::ConvNet(options), input, 10)
}

#[test]
fn impossible_values_are_refused() {
    let message = refused_convnet(depth(0), COLOUR);
    let expected = "`model.depth` is 0, but convnet needs a value from 1 to 6; 3 suits samples of \
                    3x32x32";
    assert_eq!(message, expected);
    assert!(refused_convnet(depth(7), COLOUR).contains("`model.depth` is 7"));
    let width = |width, norm| ConvNetOptions {
        width,
        norm,
        ..ConvNetOptions::default()
    };
    for size in [0, 65537, usize::MAX] {
        let message = refused_convnet(width(size, Norm::None), COLOUR);
        assert!(
            message.contains(&format!("`model.width` is {size}")),
            "{message}"
        );
        let message = refused(ModelChoice::Mlp(MlpOptions { width: size }), COLOUR, 10);
        assert!(message.contains("mlp needs a value from 1"), "{message}");
        let options = LstmOptions {
            hidden: size,
            ..LstmOptions::default()
        };
        let message = refused(ModelChoice::Lstm(options), COLOUR, 10);
        let expected = format!("`model.hidden` is {size}, but lstm needs a value from 1 to 65536");
        assert!(message.starts_with(&expected), "{message}");
        let choice = ModelChoice::AlexCifarNet(AlexCifarNetOptions {
            width: size,
            ..AlexCifarNetOptions::default()
        });
        let message = refused(choice, COLOUR, 10);
        assert!(message.ends_with("the usual value is 64"), "{message}");
    }
    for layers in [0, 9, usize::MAX] {
        let options = LstmOptions {
            layers,
            ..LstmOptions::default()
        };
        let message = refused(ModelChoice::Lstm(options), COLOUR, 10);
        assert!(message.contains("a value from 1 to 8; the usual value is 1"));
    }
    let message = refused_convnet(width(6, Norm::Group), COLOUR);
    assert!(message.contains("a multiple of 4"), "{message}");
    assert!(
        message.ends_with("use 8, or another `model.norm`"),
        "{message}"
    );
    let alexnet = AlexNetOptions {
        width: 12,
        norm: Norm::Group,
        ..AlexNetOptions::default()
    };
    let message = refused(ModelChoice::AlexNet(alexnet), COLOUR, 10);
    assert!(
        message.contains("a multiple of 8 with group norm; use 16"),
        "{message}"
    );
    for name in ModelChoice::NAMES {
        let message = |input, classes| {
            let choice = ModelChoice::default_for(name, input).unwrap();
            refused(choice, input, classes)
        };
        assert!(message(COLOUR, 0).contains("the data's number of classes is 0"));
        assert!(message(square(0, 32), 2).contains("the data's number of channels is 0"));
        assert!(message(square(1, 0), 2).contains("the data's height is 0"));
    }
}

#[test]
fn absurd_sizes_are_refused() {
    let most = usize::MAX;
    let input = |channels, height, width| Input {
        channels,
        height,
        width,
    };
    let sizes = [
        (input(3, 32, 32), most),
        (input(3, most, most), 10),
        (input(1, most, most), 10),
        (input(1, 28, most), 10),
        (input(3, 1 << 32, 1 << 32), 10),
        (input(most, 32, 32), 10),
        (input(most, most, most), most),
    ];
    for name in ModelChoice::NAMES {
        for (input, classes) in sizes {
            let choice = ModelChoice::default_for(name, input).unwrap();
            let refused = choice.build(input, classes).err();
            // The largest number is odd, so no patches fit.
            let patches =
                matches!(refused, Some(Error::BadOption { key, .. }) if key == "model.patch");
            assert!(
                patches || matches!(refused, Some(Error::TooLarge { .. })),
                "{name} on {input}"
            );
        }
    }
    let wide = ConvNetOptions {
        width: 65536,
        norm: Norm::Layer,
        ..depth(6)
    };
    assert!(refused_convnet(wide, square(3, 1 << 20)).contains("1099511627776 is the most"));
    let wide = ModelChoice::Mlp(MlpOptions { width: 65536 });
    let model = wide.build(square(1, 2048), 10).unwrap();
    assert_eq!(
        model.parameter_count(),
        (1 << 38) + (1 << 32) + 12 * 65536 + 10
    );
}

#[test]
fn images_that_vanish_are_refused() {
    let message = refused_convnet(depth(5), square(3, 16));
    assert!(message.contains("set `model.depth` to 4"), "{message}");
    let thin = Input {
        channels: 3,
        height: 32,
        width: 1,
    };
    let message = refused_convnet(depth(1), thin);
    assert!(message.contains("`model.pooling` to `none`"), "{message}");
    // 4 grey pixels become 8, enough for three halvings; 3 become 7.
    let smallest = convnet(square(1, 4), 2, depth(3));
    assert_eq!(smallest.parameter_count(), 297_474);
    assert!(refused_convnet(depth(3), square(1, 3)).contains("`model.depth` to 2"));

    // Three, five and three halvings; those with strides round up.
    for (name, colour, grey) in [("alexnet", 8, 4), ("vgg11", 32, 28), ("resnet18ap", 8, 8)] {
        for (channels, least) in [(3, colour), (1, grey)] {
            default(name, square(channels, least), 2);
            let small = square(channels, least - 1);
            let choice = ModelChoice::default_for(name, small).unwrap();
            let message = refused(choice, small, 2);
            let expected = format!("it needs at least {least}x{least} pixels");
            assert!(message.contains(&expected), "{message}");
        }
    }
    default("resnet18", square(3, 1), 2);

    let lenet = |input| ModelChoice::default_for("lenet", input).unwrap();
    default("lenet", square(3, 16), 2);
    default("lenet", square(1, 12), 2);
    let message = refused(lenet(COLOUR), square(3, 15), 2);
    assert!(message.contains("at least 16x16"), "{message}");
    let message = refused(lenet(GREY), square(1, 11), 2);
    assert!(message.contains("at least 12x12"), "{message}");
    let message = refused(padded(4), square(3, 7), 2);
    assert!(message.contains("at least 8x8"), "{message}");
    padded(4).build(square(3, 8), 2).unwrap();
}
