//! The start of an unrolled method: the set with everything that is learnt.

use super::objective::Unrolled;
use super::settings::{Outer, Settings, StepSizeChoice};
use super::{Freeze, labels};
use crate::methods::{Descent, Distillation};
use crate::synthetic::{Clip, Group, Positive, StepSizes, Synthetic};
use crate::{Error, Task};

impl Settings {
    /// Starts the loop; random streams are named after the method.
    pub(super) fn start<'a>(
        &self,
        name: &'static str,
        task: Task<'a>,
    ) -> Result<Box<dyn Distillation + 'a>, Error> {
        let set = self.synthetic(name, &task)?;
        let objective = Unrolled::new(name, task, self.clone())?;
        let iterations = self.iterations;
        Ok(Box::new(Descent::new(task, objective, set, iterations)))
    }

    /// The set before the first iteration.
    pub(super) fn synthetic(&self, name: &str, task: &Task<'_>) -> Result<Synthetic, Error> {
        let optimizer = |lr: f64| -> liebig_nn::Optimizer {
            match self.optimizer {
                Outer::Adam => liebig_nn::Adam::new(lr)
                    .with_betas(self.beta1, self.beta2)
                    .into(),
                Outer::Sgd => liebig_nn::Sgd::new(lr).with_momentum(self.beta1).into(),
            }
        };
        let mut set = self.init.synthetic(name, task, optimizer(self.lr_img))?;
        if self.freeze == Freeze::Images {
            set = set.with_fixed_samples();
        }
        if self.freeze != Freeze::Labels {
            let (init, logits) = (&self.init, self.label_softmax);
            let values = labels::initial(self.label_init, init, logits, task, name)?;
            let optimizer = optimizer(self.lr_label);
            set = set.with_labels(labels::learnt(&values, optimizer, self.label_softmax));
        }
        let step_sizes = match self.learn_lr {
            StepSizeChoice::None => 0,
            StepSizeChoice::One => 1,
            StepSizeChoice::Each => self.steps(),
        };
        if step_sizes > 0 {
            let values = vec![self.distill_lr; step_sizes];
            let group = |raw: Vec<f32>| {
                let raw = liebig_grad::Tensor::from_vec(raw, &[step_sizes], task.device)?;
                Ok(Group::new(&raw, optimizer(self.lr_lr)))
            };
            let step_sizes = StepSizes::new(&values, Positive::Softplus, group)?;
            set = set.with_step_sizes(step_sizes);
        }
        if self.clip_grad > 0.0 {
            set = set.with_clip(Clip::new(self.clip_grad));
        }
        if self.ema_decay > 0.0 {
            set = set.with_average(self.ema_decay);
        }
        Ok(set)
    }
}
