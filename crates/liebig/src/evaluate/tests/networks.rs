//! Networks that are trained on a set and tested.

use super::*;

#[test]
fn the_recipe_counts_epochs_as_the_published_loop_does() {
    let evaluation = EvaluationConfig {
        epochs: 300,
        ..EvaluationConfig::default()
    };
    let protocol = crate::Protocol::from(&evaluation);
    assert_eq!(protocol.epochs, 301);
    assert_eq!(
        protocol.lr_drops,
        [LrDrop {
            after_epochs: 152,
            factor: 0.1
        }]
    );
}

#[test]
fn networks_learn_from_real_samples_and_more_from_more() {
    let few = score(&recipe(mlp()), 0, 1, 2).unwrap().mean();
    let many = score(&recipe(mlp()), 0, 50, 2).unwrap().mean();
    assert!(few > 0.12, "{few}");
    assert!(many > few + 0.1, "{few} {many}");
}

#[test]
fn threads_do_not_change_the_score_but_seeds_do() {
    let one = score(&recipe(mlp()), 0, 3, 1).unwrap();
    assert_eq!(score(&recipe(mlp()), 0, 3, 2).unwrap(), one);
    assert_ne!(score(&recipe(mlp()), 1, 3, 2).unwrap(), one);
}

#[test]
fn a_network_that_cannot_be_built_is_refused() {
    let too_deep = ModelChoice::ConvNet(ConvNetOptions {
        depth: 6,
        ..ConvNetOptions::default()
    });
    let result = score(&recipe(too_deep), 0, 1, 1);
    assert!(matches!(result, Err(Error::Network(_))), "{result:?}");
}

#[test]
fn a_request_to_stop_is_heard() {
    let recipe = recipe(mlp());
    let work = Work::on(strokes(), 1);
    work.interrupt.set();
    let result = work.run(1, |task| {
        let evaluation = Evaluation {
            observer: &Quiet,
            ..crate::tests::evaluation(&task, &recipe, &strokes().test)
        };
        evaluation.run(Training::Common, 1, |draw| random(&task, draw))
    });
    assert!(matches!(result, Err(Error::Interrupted)), "{result:?}");
}

#[test]
fn accuracy_by_class_is_that_of_the_classes_samples() {
    let work = Work::on(table(), 1);
    // Four test rows of class 0, one of class 1, none of class 2.
    let of_class = table().test.class_indices(3);
    let test = table()
        .test
        .subset(&[of_class[0][..4].to_vec(), of_class[1][..1].to_vec()].concat());
    let sources = [
        Source::baseline("whole", table()).unwrap(),
        Source::baseline("random", table()).unwrap(),
    ];
    let rows = rows(
        &sources,
        &test,
        &[Metric::Accuracy, Metric::PerClass],
        &work,
    );
    for (name, row) in rows.iter() {
        let classes = row.per_class.as_ref().unwrap();
        assert_eq!(classes.len(), 3);
        assert!(classes[2].is_nan());
        let mean = (4.0 * classes[0] + classes[1]) / 5.0;
        assert!((row.mean - mean).abs() < 1e-12, "{name}: {row:?}");
    }
    // A class without test samples is null in JSON.
    let json = serde_json::to_value(&rows).unwrap();
    assert!(json["whole"]["per_class"][2].is_null() && json["whole"]["per_class"][0].is_number());
    let read: Rows = serde_json::from_value(json).unwrap();
    let classes = |rows: &Rows| rows.get("whole").unwrap().per_class.clone().unwrap();
    assert_eq!(classes(&read)[..2], classes(&rows)[..2]);
    assert!(classes(&read)[2].is_nan());
}

#[test]
fn an_empty_test_set_is_refused() {
    let none = table().test.subset(&[]);
    let recipe = recipe(mlp());
    let result = Work::on(table(), 1).run(1, |task| {
        let evaluation = crate::tests::evaluation(&task, &recipe, &none);
        evaluation.run(Training::Common, 1, |draw| random(&task, draw))
    });
    assert!(matches!(result, Err(Error::NoTestSet)), "{result:?}");
}

#[test]
fn a_set_of_other_samples_than_the_test_sets_is_refused() {
    let recipe = recipe(mlp());
    let tested_on = |test: &Split, spoil: fn(&mut SmallSet)| {
        Work::on(table(), 1).run(1, |task| {
            let evaluation = crate::tests::evaluation(&task, &recipe, test);
            let mut set = random(&task, 0).unwrap();
            spoil(&mut set);
            evaluation
                .run(Training::Common, 1, |_| Ok(set.clone()))
                .unwrap_err()
        })
    };
    let error = tested_on(&strokes().test, |_| ());
    assert!(matches!(error, Error::OtherKindOfData { .. }), "{error}");
    assert!(
        error.to_string().contains("1x28x28") && error.to_string().contains("4 features"),
        "{error}"
    );
    let error = tested_on(&table().test, |set| set.space.normalization.mean.clear());
    assert!(matches!(error, Error::Data(_)), "{error}");
}
