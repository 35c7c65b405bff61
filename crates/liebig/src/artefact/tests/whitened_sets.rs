//! Whitened sets.
#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn a_large_whitening_has_a_file_of_its_own() {
    let len = 600;
    let mut artefact = small();
    artefact.set.shape = SampleShape::Image {
        channels: 1,
        height: 20,
        width: 30,
    };
    artefact.set.values = vec![0.5; artefact.len() * len];
    let identity = |factor: f32| -> Vec<f32> {
        let at = |i: usize| {
            if i.is_multiple_of(len + 1) {
                factor
            } else {
                0.0
            }
        };
        (0..len * len).map(at).collect()
    };
    let whitening = Whitening::new("kip", vec![0.0; len], identity(2.0), identity(0.5)).unwrap();
    let name = format!("whitening-{}.safetensors", &whitening.hash()[..16]);
    artefact.set.space.whitening = Some(Arc::new(whitening));
    artefact.set.space.per_sample = Some(PerSample {
        mean: 0.4,
        norm: 9.0,
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("below")).unwrap();
    let paths = ["a.safetensors", "below/b.safetensors"].map(|name| folder.path().join(name));
    for path in &paths {
        artefact.write(path).unwrap();
        assert_eq!(Artefact::read(path).unwrap(), artefact);
        assert!(std::fs::metadata(path).unwrap().len() < 20_000);
    }
    let beside = folder.path().join(&name);
    assert!(beside.exists() && !folder.path().join("below").join(&name).exists());
    // Damaged, foreign and missing.
    let bytes = std::fs::read(&beside).unwrap();
    let mut damaged = bytes.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for (content, part) in [
        (damaged, "not that which the artefact was made with"),
        (bytes[..1000].to_vec(), "not a safetensors file"),
        (b"x".to_vec(), "not a safetensors file"),
    ] {
        std::fs::write(&beside, content).unwrap();
        for path in &paths {
            let message = Artefact::read(path).unwrap_err().to_string();
            assert!(
                message.contains(part) && message.contains(&name),
                "{message}"
            );
        }
    }
    std::fs::remove_file(&beside).unwrap();
    let message = Artefact::read(&paths[0]).unwrap_err().to_string();
    assert!(
        message.contains("is missing") && message.contains(&name),
        "{message}"
    );
    artefact.write(&paths[1]).unwrap();
    assert!(folder.path().join("below").join(&name).exists());
    assert_eq!(Artefact::read(&paths[1]).unwrap(), artefact);
}

#[test]
fn wrong_whitening_is_refused_by_name() {
    let json = serde_json::to_string(&v2::Metadata::from(&whitened())).unwrap();
    let refuses = |whitening: &[Entry<'_>], field: &str| {
        let mut tensors = vec![
            ("images", Dtype::F32, &[2, 1, 1, 2][..], vec![0; 16]),
            labels(&[0, 1]),
        ];
        tensors.extend_from_slice(whitening);
        let entries = HashMap::from([("liebig".to_string(), json.clone())]);
        super::tests::refuses(&bytes_of(&tensors, Some(entries)), field);
    };
    let mean = || -> Entry<'_> { ("whitening.mean", Dtype::F32, &[2], floats(&[0.0; 2])) };
    let matrix = |name| -> Entry<'_> { (name, Dtype::F32, &[2, 2], floats(&[1.0, 0.0, 0.0, 1.0])) };
    let (there, back) = (
        || matrix("whitening.matrix"),
        || matrix("whitening.inverse"),
    );
    refuses(&[there(), back()], "whitening.mean");
    refuses(&[mean(), back()], "whitening.matrix");
    refuses(&[mean(), there()], "whitening.inverse");
    let wrong = ("whitening.matrix", Dtype::F32, &[4][..], floats(&[1.0; 4]));
    refuses(&[mean(), wrong, back()], "whitening.matrix");
    let wrong = (
        "whitening.inverse",
        Dtype::F32,
        &[2, 2][..],
        floats(&[f32::NAN; 4]),
    );
    refuses(&[mean(), there(), wrong], "whitening");
    // Tensors of a whitening that the metadata does not name.
    let images = ("images", Dtype::F32, &[2, 1, 1, 2][..], vec![0; 16]);
    let bytes = with_tensors(&[images, labels(&[0, 1]), mean(), there(), back()]);
    assert!(
        matches!(read(&bytes), Err(Error::Field { field, .. }) if field.starts_with("whitening."))
    );
}
