//! The backward pass, from outputs to inputs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::graph::{Node, Origin};
use crate::{Error, Result, Tensor};

/// Gradients of a tensor of one element with respect to `inputs`.
///
/// With `create_graph` the gradients can be differentiated again. An input that the output does not
/// depend on has a gradient of zeros.
///
/// # Errors
/// [`Error::NotScalar`] if `output` has more than one element, [`Error::NotTracked`] if an input does
/// not require gradients.
pub fn grad(output: &Tensor, inputs: &[&Tensor], create_graph: bool) -> Result<Vec<Tensor>> {
    if output.numel() != 1 {
        return Err(Error::NotScalar {
            op: "grad",
            shape: output.shape().to_vec(),
        });
    }
    let seed = Tensor::ones(output.shape(), output.dtype(), &output.device());
    vjp(&[output], &[&seed], inputs, create_graph)
}

/// The vector-Jacobian product: gradients of `Σ ⟨cotangent, output⟩` with respect to `inputs`.
///
/// Only operations on a path from an input to an output are visited, and only the gradients on such
/// paths are computed. With `create_graph` the results can be differentiated again, also with respect
/// to the cotangents.
///
/// # Errors
/// [`Error::Shapes`] if a cotangent's shape is not its output's, [`Error::NotTracked`] if an input
/// does not require gradients, [`Error::Internal`] if an operation's gradient rule is faulty.
pub fn vjp(
    outputs: &[&Tensor],
    cotangents: &[&Tensor],
    inputs: &[&Tensor],
    create_graph: bool,
) -> Result<Vec<Tensor>> {
    if outputs.len() != cotangents.len() {
        let (left, right) = (vec![outputs.len()], vec![cotangents.len()]);
        return Err(Error::Shapes {
            op: "vjp (outputs and cotangents)",
            left,
            right,
        });
    }
    let mut requested = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let origin = input.origin.as_ref();
        requested.push(origin.ok_or(Error::NotTracked { op: "vjp", index })?);
    }
    let order = Order::new(outputs, &requested);

    let mut gradients = Accumulator::default();
    for (output, cotangent) in outputs.iter().zip(cotangents) {
        if output.shape() != cotangent.shape() {
            let (left, right) = (output.shape().to_vec(), cotangent.shape().to_vec());
            return Err(Error::Shapes {
                op: "vjp",
                left,
                right,
            });
        }
        if let Some(origin) = &output.origin {
            let cotangent = if create_graph {
                (*cotangent).clone()
            } else {
                cotangent.detach()
            };
            gradients.add(origin, cotangent)?;
        }
    }
    for node in order.nodes.iter().rev() {
        let needs: Vec<bool> = node
            .parents
            .iter()
            .map(|parent| {
                parent
                    .as_ref()
                    .is_some_and(|origin| order.leads(&origin.node))
            })
            .collect();
        if !needs.contains(&true) {
            continue;
        }
        let Some(of_outputs) = gradients.take(node, &requested) else {
            continue;
        };
        let of_inputs = node.backward(&of_outputs, &needs, create_graph)?;
        if of_inputs.len() != needs.len() {
            let (found, expected) = (of_inputs.len(), needs.len());
            return Err(Error::Internal {
                op: "vjp",
                what: format!("a gradient rule returned {found} gradients for {expected} inputs"),
            });
        }
        for ((parent, gradient), needed) in node.parents.iter().zip(of_inputs).zip(needs) {
            if let (Some(parent), Some(gradient), true) = (parent, gradient, needed) {
                gradients.add(parent, gradient)?;
            }
        }
    }
    let result = |(input, origin): (&&Tensor, &&Origin)| {
        gradients
            .get(origin)
            .cloned()
            .unwrap_or_else(|| input.zeros_like())
    };
    Ok(inputs.iter().zip(&requested).map(result).collect())
}

/// The nodes reachable from the outputs, each after all nodes that it depends on, and which of them
/// lead to a requested input.
struct Order<'a> {
    nodes: Vec<&'a Arc<Node>>,
    leads: HashMap<*const Node, bool>,
}

impl<'a> Order<'a> {
    fn new(outputs: &[&'a Tensor], requested: &[&Origin]) -> Self {
        let mut order = Self {
            nodes: Vec::new(),
            leads: HashMap::new(),
        };
        let wanted: HashMap<*const Node, ()> = requested
            .iter()
            .map(|origin| (Arc::as_ptr(&origin.node), ()))
            .collect();
        // Depth first with an explicit stack: a deep graph would overflow the thread's own.
        let mut stack: Vec<(&Arc<Node>, usize)> = Vec::new();
        for origin in outputs.iter().filter_map(|output| output.origin.as_ref()) {
            order.enter(&origin.node, &wanted, &mut stack);
            while let Some((node, next)) = stack.pop() {
                if let Some(parent) = node.parents.get(next) {
                    stack.push((node, next + 1));
                    if let Some(parent) = parent {
                        order.enter(&parent.node, &wanted, &mut stack);
                    }
                    continue;
                }
                let through = node.parents.iter().flatten().any(|p| order.leads(&p.node));
                if let Some(leads) = order.leads.get_mut(&Arc::as_ptr(node)) {
                    *leads |= through;
                }
                order.nodes.push(node);
            }
        }
        order
    }

    fn enter(
        &mut self,
        node: &'a Arc<Node>,
        wanted: &HashMap<*const Node, ()>,
        stack: &mut Vec<(&'a Arc<Node>, usize)>,
    ) {
        let key = Arc::as_ptr(node);
        if let Entry::Vacant(slot) = self.leads.entry(key) {
            slot.insert(wanted.contains_key(&key));
            stack.push((node, 0));
        }
    }

    fn leads(&self, node: &Arc<Node>) -> bool {
        self.leads.get(&Arc::as_ptr(node)).copied().unwrap_or(false)
    }
}

/// The gradients accumulated so far, per node and output.
#[derive(Default)]
struct Accumulator {
    gradients: HashMap<*const Node, Vec<Option<Tensor>>>,
}

impl Accumulator {
    fn add(&mut self, origin: &Origin, gradient: Tensor) -> Result<()> {
        let outputs = self.gradients.entry(Arc::as_ptr(&origin.node)).or_default();
        if outputs.len() <= origin.output {
            outputs.resize(origin.output + 1, None);
        }
        let slot = &mut outputs[origin.output];
        *slot = Some(match slot.take() {
            Some(sum) => sum.accumulate(&gradient)?,
            None => gradient,
        });
        Ok(())
    }

    /// Takes the gradients of a node's outputs; copies of those that were requested are kept.
    fn take(&mut self, node: &Arc<Node>, requested: &[&Origin]) -> Option<Vec<Option<Tensor>>> {
        if requested
            .iter()
            .any(|origin| Arc::ptr_eq(&origin.node, node))
        {
            return self.gradients.get(&Arc::as_ptr(node)).cloned();
        }
        self.gradients.remove(&Arc::as_ptr(node))
    }

    fn get(&self, origin: &Origin) -> Option<&Tensor> {
        self.gradients
            .get(&Arc::as_ptr(&origin.node))?
            .get(origin.output)?
            .as_ref()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::graph::record;
    use crate::{DType, Error, Tensor, cpu, grad};

    /// No gradient, or none for the tensors that were saved, is not "no dependence".
    #[test]
    fn a_broken_rule_is_an_error() {
        let x = Tensor::ones(&[1], DType::F32, &cpu()).requires_grad();
        let silent = record(&[&x]).finish(x.value.clone(), |_| Ok(Vec::new()));
        let forgetful = record(&[&x]).save(&[&x]).finish(x.value.clone(), |c| {
            let [_, second] = c.saved_exactly("test")?;
            Ok(vec![Some(second.clone())])
        });
        for (output, op) in [(silent, "vjp"), (forgetful, "test")] {
            let error = grad(&output, &[&x], false).unwrap_err();
            assert!(matches!(error, Error::Internal { op: found, .. } if found == op));
        }
    }
}
