//! The start of trajectory matching: its experts, and the set with everything that is learnt.

use liebig_data::stream;
use liebig_grad::Tensor;
use liebig_nn::{Sgd, predict};
use rand::RngExt;
use rand::seq::SliceRandom;

use super::objective::Matching;
use super::{Mtt, MttLabels, Settings};
use crate::config::Error as ConfigError;
use crate::experts::ExpertPool;
use crate::methods::{Descent, Distillation, Method};
use crate::synthetic::{Group, LearntLabels, Positive, StepSizes, Synthetic};
use crate::{Error, Task, set};

/// Real samples that are classified at a time, to find those that an expert knows.
const BATCH: usize = 256;
/// The smallest step size, as a part of the one at the start; the publication allows it to become negative.
const SMALLEST: f64 = 1e-4;

impl Settings {
    pub(super) fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        let pool = self.pool(&task)?;
        let set = self.synthetic(&task, &pool)?;
        let objective = Matching {
            task,
            settings: self.clone(),
            pool,
        };
        let iterations = self.iterations;
        Ok(Box::new(Descent::new(task, objective, set, iterations)))
    }

    /// The experts, all of them checked.
    fn pool(&self, task: &Task<'_>) -> Result<ExpertPool, Error> {
        let Some(folder) = &self.experts else {
            return Err(ConfigError::OutOfRange {
                key: "method.experts".into(),
                value: "not set".into(),
                rule: "expected a folder that `liebig experts train` made; `liebig distill --minutes` trains some itself".into(),
            }
            .into());
        };
        let mut pool = ExpertPool::open(folder)?;
        if self.max_experts > 0 {
            pool = pool.first(self.max_experts);
        }
        pool.expect(task.train, self.last_epoch())?;
        for expert in pool.experts() {
            task.go_on()?;
            // A network with other options has other weights.
            expert.snapshot(0, task.model, task.device)?;
            pool.verify(expert)?;
        }
        task.note(&format!(
            "{} experts of {} epochs, read up to epoch {}",
            pool.experts().len(),
            pool.id().settings.epochs,
            self.last_epoch()
        ));
        Ok(pool)
    }

    /// The set before the first iteration.
    fn synthetic(&self, task: &Task<'_>, pool: &ExpertPool) -> Result<Synthetic, Error> {
        let sgd = |lr: f64, momentum: f64| Sgd::new(lr).with_momentum(momentum);
        let of_images = sgd(self.lr_img, self.momentum_img);
        let expert = self.labelling(task, pool)?;
        let mut set = match self.init_correct {
            false => self.init.synthetic(Mtt::NAME, task, of_images)?,
            true => {
                let values = task.real(&known(task, &expert)?)?;
                let group = Group::new(&values, of_images);
                let (budget, space) = (task.budget.clone(), task.train.space().clone());
                Synthetic::new(budget, task.train.shape(), space, group)
            }
        };
        set = set.with_parameterization(self.parameterization());
        if self.labels == MttLabels::Learnt {
            let logits = predict(task.model, &expert, set.samples())?;
            let group = Group::new(&logits, sgd(self.lr_label, self.momentum_label));
            set = set.with_labels(LearntLabels::Logits(group));
        }
        let group = |raw: Vec<f32>| {
            let raw = Tensor::from_vec(raw, &[1], task.device)?;
            Ok(Group::new(&raw, sgd(self.lr_lr, self.momentum_img)))
        };
        let least = Positive::AtLeast(SMALLEST * self.lr_teacher);
        set = set.with_step_sizes(StepSizes::new(&[self.lr_teacher], least, group)?);
        if self.ema_decay > 0.0 {
            set = set.with_average(self.ema_decay);
        }
        Ok(set)
    }

    /// The weights of the expert that chooses and labels real samples: one of the pool, after the last epoch that is read.
    fn labelling(&self, task: &Task<'_>, pool: &ExpertPool) -> Result<Vec<Tensor>, Error> {
        if self.labels == MttLabels::Hard && !self.init_correct {
            return Ok(Vec::new());
        }
        let mut rng = stream(task.seed, &format!("{}/labels", Mtt::NAME), 0);
        let expert = rng.random_range(0..pool.experts().len() as u64) as usize;
        let epoch = pool.id().settings.epochs;
        Ok(pool.experts()[expert].snapshot(epoch, task.model, task.device)?)
    }
}

/// Random real samples of each class, as many as the budget says, that a network classifies correctly; if it knows fewer,
/// others of the class follow.
fn known(task: &Task<'_>, weights: &[Tensor]) -> Result<Vec<usize>, Error> {
    let mut chosen = Vec::new();
    for class in 0..task.train.classes() {
        let wanted = task.budget.of(class);
        let mut order = task.train.of_class(class).to_vec();
        order.shuffle(&mut stream(
            task.seed,
            &format!("{}/known", Mtt::NAME),
            class as u64,
        ));
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for batch in order.chunks(BATCH) {
            if known.len() >= wanted {
                break;
            }
            task.go_on()?;
            let x = set::samples(task.train.values(batch), task.train.shape(), task.device)?;
            let logits = predict(task.model, weights, &x)?.to_vec()?;
            for (row, &sample) in logits.chunks_exact(task.train.classes()).zip(batch) {
                let best = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
                match best == Some(class) {
                    true => known.push(sample),
                    false => unknown.push(sample),
                }
            }
        }
        if known.len() < wanted {
            task.note(&format!(
                "{}: an expert classifies only {} samples correctly; {} others start with them",
                task.train.class_names()[class],
                known.len(),
                wanted - known.len()
            ));
        }
        // With too few real samples, they are repeated.
        let all: Vec<usize> = known.into_iter().chain(unknown).collect();
        chosen.extend(all.iter().cycle().take(wanted));
    }
    Ok(chosen)
}
