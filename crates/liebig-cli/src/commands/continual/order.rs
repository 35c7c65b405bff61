//! One order of the steps.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use liebig::artefact::Artefact;
use liebig::config::{DataConfig, Layers};
use liebig::continual::{
    Course, Domains, Examination, Form, Memory, RealTraining, Step, Tested, fine_tuned, joint,
};
use liebig::run::Interrupt;
use liebig::{Facts, Recipe, SampleShape, Session, atomic, coresets};
use serde::{Deserialize, Serialize};

use super::OfOrder;
use crate::args::ContinualArguments;
use crate::kept::read;
use crate::progress::{Terminal, Voice};

/// One order of the steps, with everything that they need.
pub struct Order<'a> {
    pub arguments: &'a ContinualArguments,
    pub domains: &'a Domains,
    /// How each domain is read.
    pub data: &'a [DataConfig],
    pub recipe: &'a Recipe,
    pub course: Course,
    pub seed: u64,
    pub interrupt: &'a Interrupt,
    pub terminal: &'a Terminal,
    pub voice: Voice,
}

/// What is written beside the set of a step.
#[derive(Serialize, Deserialize)]
struct Made {
    seconds: f64,
}

impl Order<'_> {
    /// The results of all methods, and of training on real data.
    pub fn run(&self) -> Result<Vec<OfOrder>> {
        let mut results = Vec::new();
        for method in &self.arguments.methods {
            results.extend(self.method(method)?);
        }
        if self.arguments.real_epochs > 0 {
            for name in ["finetune", "joint"] {
                results.push(self.real(name)?);
            }
        }
        Ok(results)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.arguments
            .output
            .join(format!("order{}", self.seed))
            .join(name)
    }

    fn examination(&self) -> Examination<'_> {
        Examination {
            recipe: self.recipe,
            domains: self.domains,
            course: &self.course,
            nets: self.arguments.nets as usize,
            seed: self.seed,
            device: DEVICE.get_or_init(super::super::device),
            interrupt: self.interrupt,
            observer: self.terminal,
        }
    }

    /// A method's results with its memory as learnt and, if that is another, in bytes.
    fn method(&self, method: &str) -> Result<Vec<OfOrder>> {
        let real = coresets::find(method).is_some_and(coresets::Entry::real);
        let first = self.domains.first();
        let mut memory = Memory::new(first.class_names.len(), first.shape, &first.space);
        let mut results: Vec<OfOrder> = Vec::new();
        for (step, of_step) in self.course.steps().iter().enumerate() {
            let (artefact, seconds) = self.step(method, step, of_step, real)?;
            memory.add(&artefact.set, &of_step.classes, real)?;
            let forms = match memory.can_be_rounded() {
                true => &[Form::Learnt, Form::Bytes][..],
                false => &[Form::Learnt],
            };
            for (place, &form) in forms.iter().enumerate() {
                let path = self.path(&format!("{method}-step{step}-{form}.json"));
                let tested = match read::<Tested>(&path)? {
                    Some(tested) => tested,
                    None => {
                        self.say(&format!("{method}, step {}, {form}", step + 1));
                        let tested = Tested {
                            accuracies: self.examination().run(&memory.set(form)?, step)?,
                            seconds,
                            bytes: memory.bytes(form),
                        };
                        atomic::write(&path, &serde_json::to_vec(&tested)?)?;
                        tested
                    }
                };
                if step == 0 {
                    results.push(OfOrder {
                        method: method.into(),
                        form: Some(form),
                        steps: Vec::new(),
                    });
                }
                if let Some(result) = results.get_mut(place) {
                    result.steps.push(tested);
                }
            }
        }
        Ok(results)
    }

    /// The set of a step, and the seconds that it took to make.
    fn step(
        &self,
        method: &str,
        step: usize,
        of_step: &Step,
        real: bool,
    ) -> Result<(Artefact, f64)> {
        let path = self.path(&format!("{method}-step{step}.safetensors"));
        let cost = path.with_extension("seconds.json");
        if let (true, Some(made)) = (path.exists(), read::<Made>(&cost)?) {
            return Ok((Artefact::read(&path)?, made.seconds));
        }
        self.say(&format!("{method}, step {}, the memory", step + 1));
        let part = self.domains.part(of_step)?;
        let started = Instant::now();
        let mut layers = Layers::new(true);
        let (all, methods) = (&self.arguments.set, &self.arguments.methods);
        for assignment in super::super::assignments_for(all, methods, method) {
            layers.set(assignment)?;
        }
        layers.value("--methods", "method.name", Some(method));
        let data = &self.data[of_step.domain];
        layers.value("--data", "data.source", Some(data.source.as_str()));
        let size = data.image_size.map(|size| size.to_string());
        layers.value("--domains", "data.image_size", size);
        layers.value("--domains", "data.grayscale", data.grayscale);
        layers.value("--memory", "ipc", Some(self.per_class(real)));
        layers.value("--orders", "seed", Some(i64::try_from(self.seed)?));
        let facts = Facts {
            ipc: usize::try_from(self.per_class(real))?,
            ..Facts::of(&part)
        };
        let session = Session::new(layers.resolve(&facts)?, &part)?
            .on(super::super::device())
            .interrupted_by(self.interrupt.clone())
            .observed_by(self.terminal);
        let artefact = session.distil()?;
        let seconds = started.elapsed().as_secs_f64();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        artefact.write(&path)?;
        atomic::write(&cost, &serde_json::to_vec(&Made { seconds })?)?;
        Ok((artefact, seconds))
    }

    /// Samples of each class in the memory, of each domain.
    fn per_class(&self, real: bool) -> i64 {
        let Some(bytes) = self.arguments.memory_bytes else {
            return self.arguments.memory;
        };
        let first = self.domains.first();
        let value = match first.shape {
            SampleShape::Image { .. } if real => 1,
            _ => 4,
        };
        let each = (value * first.shape.len() + 1) as u64;
        let classes = first.class_names.len() * self.domains.datasets().len();
        let count = bytes / (each * classes as u64);
        i64::try_from(count.max(1)).unwrap_or(i64::MAX)
    }

    fn real(&self, name: &str) -> Result<OfOrder> {
        let path = self.path(&format!("{name}.json"));
        let steps = match read::<Vec<Tested>>(&path)? {
            Some(steps) => steps,
            None => {
                self.say(name);
                let started = Instant::now();
                let training = RealTraining {
                    epochs: self.arguments.real_epochs as usize,
                    lr: self.arguments.real_lr,
                };
                let after = match name {
                    "joint" => joint(&self.examination(), training)?,
                    _ => fine_tuned(&self.examination(), training)?,
                };
                let seconds = started.elapsed().as_secs_f64() / after.len().max(1) as f64;
                let tested = after.into_iter().map(|accuracies| Tested {
                    accuracies,
                    seconds,
                    bytes: 0,
                });
                let tested: Vec<Tested> = tested.collect();
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                atomic::write(&path, &serde_json::to_vec(&tested)?)?;
                tested
            }
        };
        Ok(OfOrder {
            method: name.into(),
            form: None,
            steps,
        })
    }

    fn say(&self, what: &str) {
        self.voice
            .say(&format!("continual: order {}, {what}", self.seed));
    }
}

/// The device that all examinations share.
static DEVICE: std::sync::OnceLock<liebig_grad::Device> = std::sync::OnceLock::new();
