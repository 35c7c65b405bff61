//! Every example runs to its end.

#[path = "../examples/01_load.rs"]
mod load;

#[path = "../examples/02_distil.rs"]
mod distil;

#[path = "../examples/03_evaluate.rs"]
mod evaluate;

#[path = "../examples/04_artefact.rs"]
mod artefact;

#[path = "../examples/05_own_method.rs"]
mod own_method;

macro_rules! runs {
    ($($name:ident),+) => {
        $(mod $name {
            #[test]
            fn runs() -> Result<(), Box<dyn std::error::Error>> {
                super::super::$name::main()
            }
        })+
    };
}

/// One test for each example, by its name.
mod example {
    runs!(load, distil, evaluate, artefact, own_method);
}

#[test]
fn no_example_is_left_out() -> std::io::Result<()> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let text = include_str!("examples.rs");
    assert!(!names.is_empty());
    for name in names {
        assert!(text.contains(&format!("../examples/{name}\"")), "{name}");
    }
    Ok(())
}

#[test]
fn a_method_of_ones_own_is_short() {
    let text = include_str!("../examples/05_own_method.rs");
    assert!(text.lines().count() <= 100, "{}", text.lines().count());
}
