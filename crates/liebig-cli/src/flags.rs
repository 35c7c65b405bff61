//! Setting keys as this program's users write them: the library names `ipc`, here it is `--ipc`.

use liebig::hint;

/// The keys that have a flag of their own.
const FLAGS: &[(&str, &str)] = &[
    ("ipc", "--ipc"),
    ("budget", "--budget"),
    ("seed", "--seed"),
    ("memory", "--memory"),
    ("resume", "--resume"),
    ("output", "--output"),
    ("positive", "--positive"),
    ("data.source", "--data"),
    ("data.image_size", "--image-size"),
    ("data.skip_bad", "--skip-bad"),
    ("data.strict", "--strict"),
    ("data.zca", "--zca"),
    ("method.name", "--method"),
    ("method.iterations", "--iterations"),
    ("method.init", "--init"),
    ("method.epsilon", "--dp"),
    ("method.delta", "--dp"),
    ("model.name", "--model"),
    ("evaluation.repeats", "--eval-repeats"),
    ("evaluation.baselines", "--baseline"),
];

/// The parts of a configuration that other keys are in.
const PARTS: [&str; 4] = ["data.", "method.", "model.", "evaluation."];

/// Replaces, in the hints of a message, the keys of settings by how they are set on the command line.
pub fn in_hints(message: &str) -> String {
    hint::in_hints(message, |key| {
        let flag = flag(key.name, key.quoted)?;
        // The hint gives a value of its own.
        Some(match key.assigned {
            true => flag.trim_end_matches("=VALUE").into(),
            false => flag,
        })
    })
}

/// How a key is set.
fn flag(key: &str, quoted: bool) -> Option<String> {
    if let Some((_, flag)) = FLAGS.iter().find(|(known, _)| *known == key) {
        return Some((*flag).into());
    }
    let inner = PARTS.iter().find_map(|part| key.strip_prefix(part));
    let of_a_part = inner.is_some_and(|inner| !inner.is_empty());
    (of_a_part || (quoted && key == "fill")).then(|| format!("--set {key}=VALUE"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_hints_become_flags() {
        for (message, expected) in [
            (
                "a\nhint: lower `ipc` or `model.width`",
                "a\nhint: lower `--ipc` or `--set model.width=VALUE`",
            ),
            (
                "hint: set evaluation.augmentation to none",
                "hint: set --set evaluation.augmentation=VALUE to none",
            ),
            (
                "hint: enlarge data.image_size.",
                "hint: enlarge --image-size.",
            ),
            (
                "ipc and model.width\nhint: the seed of `x`",
                "ipc and model.width\nhint: the seed of `x`",
            ),
            (
                "hint: such as model.width=64",
                "hint: such as --set model.width=64",
            ),
            (
                "hint: did you mean `method.distance`?",
                "hint: did you mean `--set method.distance=VALUE`?",
            ),
        ] {
            assert_eq!(in_hints(message), expected);
        }
    }
}
