//! Magnitude pruning: trained networks lose their smallest weights and are trained on a small set again, so that a set also
//! shows how well it repairs what pruning destroys (after Han et al., "Learning both Weights and Connections for Efficient
//! Neural Networks", 2015).

use liebig_grad::Tensor;
use liebig_nn::{Learner, Model, Optimizer};

use crate::Error;
use crate::networks::Pool;

/// Trained networks of the kind that is evaluated, of which a share of the weights is taken away.
pub struct Pruning<'a> {
    networks: &'a Pool,
    sparsity: f64,
}

impl<'a> Pruning<'a> {
    /// `sparsity` is the share of the weights that become and stay zero, in [0, 1).
    #[must_use]
    pub fn new(networks: &'a Pool, sparsity: f64) -> Self {
        Self { networks, sparsity }
    }

    /// Identifies networks and sparsity.
    pub(super) fn hash(&self) -> String {
        format!("{} {}", self.networks.hash(), self.sparsity.to_bits())
    }

    /// Network `repeat` as it was trained.
    pub(super) fn dense<'m>(
        &self,
        model: &'m dyn Model,
        repeat: u64,
        optimizer: Optimizer,
    ) -> Result<Learner<'m>, Error> {
        self.networks.learner(model, repeat, optimizer)
    }

    /// The network without its smallest weights, and for each weight 1 if it stays and 0 if not.
    pub(super) fn sparse<'m>(
        &self,
        model: &'m dyn Model,
        repeat: u64,
        optimizer: Optimizer,
    ) -> Result<(Learner<'m>, Vec<Tensor>), Error> {
        let mut learner = self.dense(model, repeat, optimizer)?;
        let masks = masks(learner.weights(), self.sparsity)?;
        learner.scale_weights(&masks)?;
        Ok((learner, masks))
    }
}

/// 0 for the share `sparsity` of all values of matrices and kernels that are closest to zero, otherwise 1; biases and the
/// scales of normalisations stay, as they are few and small on purpose.
fn masks(weights: &[Tensor], sparsity: f64) -> Result<Vec<Tensor>, Error> {
    let pruned = |weight: &Tensor| weight.shape().len() > 1;
    let mut sizes = Vec::new();
    for weight in weights.iter().filter(|weight| pruned(weight)) {
        sizes.extend(weight.to_vec()?.into_iter().map(f32::abs));
    }
    let count = (sizes.len() as f64 * sparsity).round() as usize;
    sizes.sort_unstable_by(f32::total_cmp);
    // Of several equal ones at the border all go.
    let border = count
        .checked_sub(1)
        .and_then(|last| sizes.get(last).copied());
    let mask = |weight: &Tensor| {
        let stays = |value: f32| match border {
            Some(border) if pruned(weight) => f32::from(value.abs() > border),
            _ => 1.0,
        };
        let values = weight.to_vec()?.into_iter().map(stays).collect();
        Ok(Tensor::from_vec(values, weight.shape(), &weight.device())?)
    };
    weights.iter().map(mask).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use liebig_grad::cpu;

    #[test]
    fn the_smallest_weights_of_all_layers_go_and_biases_stay() {
        let tensor = |values: &[f32], shape: &[usize]| {
            Tensor::from_vec(values.to_vec(), shape, &cpu()).unwrap()
        };
        let weights = [
            tensor(&[0.1, -5.0, 0.2, 4.0], &[2, 2]),
            tensor(&[0.01, 0.0], &[2]),
            tensor(&[-0.3, 9.0], &[1, 2]),
        ];
        let found: Vec<Vec<f32>> = masks(&weights, 0.5)
            .unwrap()
            .iter()
            .map(|mask| mask.to_vec().unwrap())
            .collect();
        assert_eq!(
            found,
            [vec![0.0, 1.0, 0.0, 1.0], vec![1.0; 2], vec![0.0, 1.0]]
        );
        let none = masks(&weights, 0.0).unwrap();
        assert!(
            none.iter()
                .all(|mask| mask.to_vec().unwrap().iter().all(|&keep| keep == 1.0))
        );
    }

    #[test]
    fn training_repairs_a_pruned_network_and_zeros_stay() {
        use super::super::{Evaluation, Metric, Source, Training, baselines, evaluate};
        use crate::facts;
        use crate::tests::{Work, mlp, recipe, table, trained};

        let folder = tempfile::tempdir().unwrap();
        let recipe = recipe();
        let classes = table().class_names.len();
        let model = mlp().build(facts::input(table().shape), classes).unwrap();
        Work::on(table(), 5).run(2, |task| {
            let evaluation = crate::tests::evaluation(&task, &recipe, &table().test);
            let (dense, pool) = trained(&task, model.as_ref(), 1, folder.path());
            let pruning = Pruning::new(&pool, 0.97);
            let evaluation = Evaluation {
                pruning: Some(&pruning),
                ..evaluation
            };
            let set = crate::coresets::random(&task, 0).unwrap();
            let mut sources: Vec<Source<'_>> = [Training::Dense, Training::Pruned]
                .map(|training| Source::network(&set, training))
                .into();
            sources.extend(baselines(&["random".to_owned()], table()).unwrap());
            let rows = evaluate(&sources, &evaluation, &[Metric::Accuracy], 1, &task).unwrap();
            let mean = |name: &str| rows.get(name).unwrap().mean;
            assert!(mean("network@dense") > mean("network@pruned"));
            assert!(mean("random") > mean("network@pruned"));
            let repaired = evaluation.trained(model.as_ref(), &set, 0).unwrap();
            let zeros = |weights: &[Tensor]| {
                let all = weights.iter().flat_map(|weight| weight.to_vec().unwrap());
                all.filter(|&value| value == 0.0).count()
            };
            let parameters = model.parameter_count();
            assert!(zeros(repaired.weights()) > parameters * 3 / 4);
            assert!(zeros(dense[0].weights()) < parameters / 10);
        });
    }
}
