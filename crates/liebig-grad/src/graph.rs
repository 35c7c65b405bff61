//! The computation graph: what each tensor was computed from.

use std::sync::Arc;

use burn::backend::DispatchTensor;

use crate::{Error, Result, Tensor};

/// One of the outputs of a node.
#[derive(Clone)]
pub(crate) struct Origin {
    pub node: Arc<Node>,
    pub output: usize,
}

impl Origin {
    /// The origin of a new variable.
    pub fn leaf() -> Self {
        let node = Node {
            parents: Vec::new(),
            saved: Vec::new(),
            rule: None,
        };
        Self {
            node: Arc::new(node),
            output: 0,
        }
    }
}

/// One recorded operation, or a variable.
pub(crate) struct Node {
    /// Where each input came from; `None` for constants.
    pub parents: Vec<Option<Origin>>,
    /// The tensors that the gradient rule needs.
    saved: Vec<Saved>,
    rule: Option<Box<Rule>>,
}

/// Gradients with respect to the inputs, in order; `None` where there is none or none is needed.
pub(crate) type Gradients = Result<Vec<Option<Tensor>>>;

/// A gradient rule: computes the gradients of the inputs from those of the outputs.
pub(crate) type Rule = dyn Fn(&Context) -> Gradients + Send + Sync;

enum Saved {
    Tensor(Tensor),
    /// An output of the node itself, kept as a plain value: a tensor would make a reference cycle.
    Output(usize, DispatchTensor),
}

/// What a gradient rule is given.
pub(crate) struct Context<'a> {
    /// The saved tensors, then the saved outputs; constants unless the gradients are to be
    /// differentiated again.
    pub saved: Vec<Tensor>,
    /// Gradients of the outputs; `None` for outputs that no gradient reaches.
    pub gradients: &'a [Option<Tensor>],
    /// Which inputs' gradients are needed.
    pub needs: &'a [bool],
    /// Whether the gradients are to be differentiated again.
    pub create_graph: bool,
}

impl Context<'_> {
    /// The saved tensors, of which there must be exactly `N`.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is another number of them.
    pub fn saved_exactly<const N: usize>(&self, op: &'static str) -> Result<&[Tensor; N]> {
        self.saved[..].try_into().map_err(|_| Error::Internal {
            op,
            what: format!("{} tensors were saved, expected {N}", self.saved.len()),
        })
    }

    /// The gradient of the only output.
    pub fn gradient(&self) -> &Tensor {
        self.gradient_of(0)
    }

    /// The gradient of output `index`.
    #[allow(
        clippy::expect_used,
        reason = "the backward pass visits only nodes that a gradient has reached"
    )]
    pub fn gradient_of(&self, index: usize) -> &Tensor {
        self.gradients[index]
            .as_ref()
            .expect("a gradient has reached this output")
    }

    /// `Some(f())` if the gradient of input `index` is needed.
    pub fn need(&self, index: usize, f: impl FnOnce() -> Result<Tensor>) -> Result<Option<Tensor>> {
        self.needs[index].then(f).transpose()
    }
}

impl Node {
    /// Applies the gradient rule; does nothing for variables.
    pub fn backward(
        self: &Arc<Self>,
        gradients: &[Option<Tensor>],
        needs: &[bool],
        create_graph: bool,
    ) -> Gradients {
        let Some(rule) = &self.rule else {
            return Ok(Vec::new());
        };
        let restore = |saved: &Saved| match saved {
            Saved::Tensor(tensor) if create_graph => tensor.clone(),
            Saved::Tensor(tensor) => tensor.detach(),
            Saved::Output(output, value) if create_graph => Tensor::with_origin(
                value.clone(),
                Origin {
                    node: self.clone(),
                    output: *output,
                },
            ),
            Saved::Output(_, value) => Tensor::constant(value.clone()),
        };
        let saved = self.saved.iter().map(restore).collect();
        rule(&Context {
            saved,
            gradients,
            needs,
            create_graph,
        })
    }
}

/// An operation about to be recorded.
pub(crate) struct Record<'a> {
    inputs: &'a [&'a Tensor],
    saved: Vec<Tensor>,
    saved_outputs: Vec<usize>,
}

/// Starts the record of an operation on `inputs`.
pub(crate) fn record<'a>(inputs: &'a [&'a Tensor]) -> Record<'a> {
    Record {
        inputs,
        saved: Vec::new(),
        saved_outputs: Vec::new(),
    }
}

impl Record<'_> {
    /// Saves tensors for the gradient rule.
    pub fn save(mut self, tensors: &[&Tensor]) -> Self {
        if self.tracked() {
            self.saved
                .extend(tensors.iter().map(|&tensor| tensor.clone()));
        }
        self
    }

    /// Saves an output for the gradient rule.
    pub fn save_output(mut self, index: usize) -> Self {
        self.saved_outputs.push(index);
        self
    }

    fn tracked(&self) -> bool {
        self.inputs.iter().any(|input| input.is_tracked())
    }

    /// The result of an operation with one output.
    pub fn finish(
        self,
        value: DispatchTensor,
        rule: impl Fn(&Context) -> Gradients + Send + Sync + 'static,
    ) -> Tensor {
        let [output] = self.finish_many([value], rule);
        output
    }

    /// The results of an operation with several outputs.
    pub fn finish_many<const N: usize>(
        self,
        values: [DispatchTensor; N],
        rule: impl Fn(&Context) -> Gradients + Send + Sync + 'static,
    ) -> [Tensor; N] {
        let node = self.node(&values, rule);
        let mut output = 0..;
        values.map(|value| output_of(&node, output.next().unwrap_or_default(), value))
    }

    /// [`finish_many`](Self::finish_many) for a number of outputs that is not known beforehand.
    pub fn finish_list(
        self,
        values: Vec<DispatchTensor>,
        rule: impl Fn(&Context) -> Gradients + Send + Sync + 'static,
    ) -> Vec<Tensor> {
        let node = self.node(&values, rule);
        let values = values.into_iter().enumerate();
        values
            .map(|(output, value)| output_of(&node, output, value))
            .collect()
    }

    /// The node with these outputs; `None` if no input requires gradients.
    fn node(
        self,
        values: &[DispatchTensor],
        rule: impl Fn(&Context) -> Gradients + Send + Sync + 'static,
    ) -> Option<Arc<Node>> {
        if !self.tracked() {
            return None;
        }
        let outputs = self
            .saved_outputs
            .iter()
            .map(|&i| Saved::Output(i, values[i].clone()));
        Some(Arc::new(Node {
            parents: self
                .inputs
                .iter()
                .map(|input| input.origin.clone())
                .collect(),
            saved: self
                .saved
                .into_iter()
                .map(Saved::Tensor)
                .chain(outputs)
                .collect(),
            rule: Some(Box::new(rule)),
        }))
    }
}

/// An output of a node, or a constant.
fn output_of(node: &Option<Arc<Node>>, output: usize, value: DispatchTensor) -> Tensor {
    match node.clone() {
        None => Tensor::constant(value),
        Some(node) => Tensor::with_origin(value, Origin { node, output }),
    }
}

impl Drop for Node {
    /// Dismantles the graph behind this node in a loop: dropping it node by node would recurse to the
    /// depth of the graph.
    fn drop(&mut self) {
        let mut orphans = Vec::new();
        self.release(&mut orphans);
        while let Some(mut node) = orphans.pop() {
            node.release(&mut orphans);
        }
    }
}

impl Node {
    /// Moves every node that is owned by this one alone to `orphans`.
    fn release(&mut self, orphans: &mut Vec<Node>) {
        let parents = self.parents.drain(..).flatten();
        let saved = self.saved.drain(..).filter_map(|saved| match saved {
            Saved::Tensor(tensor) => tensor.origin,
            Saved::Output(..) => None,
        });
        orphans.extend(
            parents
                .chain(saved)
                .filter_map(|origin| Arc::into_inner(origin.node)),
        );
    }
}
