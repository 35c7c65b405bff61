//! One step of a long short-term memory, as one operation.
//!
//! It runs on the host, in the tensor's precision, as do its first and second derivatives; higher ones
//! are composed of other operations.

use super::broadcast::same_dtype;
use super::composed::composed_derivative;
use super::real::Real;
use crate::graph::{Context, Gradients, record};
use crate::{DType, Device, Error, Result, Tensor, vjp};

/// Values of the gates that are kept for the derivatives, and the hyperbolic tangent of the new cell
/// state: five for each unit, in this order.
const KEPT: usize = 5;

impl Tensor {
    /// One step of a long short-term memory (Hochreiter & Schmidhuber, Neural Computation 9(8), 1997;
    /// with forget gates, PyTorch's `LSTMCell`): the new hidden state and the new cell state, each
    /// `[n, hidden]`. This tensor holds the sums `[n, 4 * hidden]` that enter input gate, forget gate,
    /// candidate and output gate, in PyTorch's order; `cell` is the cell state `[n, hidden]` before.
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes do not match, [`Error::DTypes`] if the precisions differ,
    /// [`Error::Device`] if the device fails.
    pub fn lstm_cell(&self, cell: &Tensor) -> Result<(Tensor, Tensor)> {
        same_dtype("lstm_cell", self, cell)?;
        match (self.shape(), cell.shape()) {
            (&[n, sums], &[m, hidden]) if n == m && hidden > 0 && sums == 4 * hidden => {}
            (left, right) => {
                let (left, right) = (left.to_vec(), right.to_vec());
                return Err(Error::Shapes {
                    op: "lstm_cell",
                    left,
                    right,
                });
            }
        }
        let [hidden, new_cell, kept] = match self.dtype() {
            DType::F32 => forward::<f32>(self, cell)?,
            DType::F64 => forward::<f64>(self, cell)?,
        };
        let outputs = [hidden.value, new_cell.value];
        let [hidden, new_cell] = record(&[self, cell])
            .save(&[self, cell, &kept])
            .finish_many(outputs, |c| {
                let [sums, cell, kept] = c.saved_exactly("lstm_cell")?;
                let [hidden, new_cell] = [0, 1].map(|output| gradient_of(c, output, cell));
                let gradients = backward([sums, cell, &hidden, &new_cell], kept)?;
                Ok(gradients.map(Some).to_vec())
            });
        Ok((hidden, new_cell))
    }
}

/// The gradient of an output of the shape of `like`.
fn gradient_of(c: &Context, output: usize, like: &Tensor) -> Tensor {
    let gradient = c.gradients.get(output).cloned().flatten();
    gradient.unwrap_or_else(|| like.zeros_like())
}

/// The gradients with respect to sums and cell state, from those of the new states.
fn backward(inputs: [&Tensor; 4], kept: &Tensor) -> Result<[Tensor; 2]> {
    let [sums, cell, hidden, new_cell] = inputs;
    let values = match cell.dtype() {
        DType::F32 => first::<f32>(cell, hidden, new_cell, kept)?,
        DType::F64 => first::<f64>(cell, hidden, new_cell, kept)?,
    };
    let outputs = values.map(|tensor| tensor.value);
    Ok(record(&inputs)
        .save(&[sums, cell, hidden, new_cell, kept])
        .finish_many(outputs, |c| {
            let [sums, cell, hidden, new_cell, kept] = c.saved_exactly("lstm_cell (gradient)")?;
            if c.create_graph {
                return composed_second(c, [sums, cell, hidden, new_cell]);
            }
            let (of_sums, of_cell) = (gradient_of(c, 0, sums), gradient_of(c, 1, cell));
            let inputs = [cell, hidden, new_cell, &of_sums, &of_cell, kept];
            let gradients = match cell.dtype() {
                DType::F32 => second::<f32>(inputs)?,
                DType::F64 => second::<f64>(inputs)?,
            };
            Ok(gradients.map(Some).to_vec())
        }))
}

/// The new hidden state, the new cell state, and what is kept for the derivatives.
fn forward<T: Real>(sums: &Tensor, cell: &Tensor) -> Result<[Tensor; 3]> {
    let (z, c) = (T::values(sums)?, T::values(cell)?);
    let units = Units::of(cell);
    let (mut h, mut next) = (vec![T::default(); c.len()], vec![T::default(); c.len()]);
    let mut kept = vec![T::default(); KEPT * c.len()];
    for row in 0..units.rows {
        let [zi, zf, zg, zo] = units.parts(&z, row);
        let [i, f, g, o, t] = units.parts_mut(&mut kept, row);
        let ([c], [h], [next]) = (
            units.parts(&c, row),
            units.parts_mut(&mut h, row),
            units.parts_mut(&mut next, row),
        );
        for u in 0..units.count {
            (i[u], f[u]) = (zi[u].sigmoid(), zf[u].sigmoid());
            (g[u], o[u]) = (zg[u].tanh(), zo[u].sigmoid());
            next[u] = f[u] * c[u] + i[u] * g[u];
            t[u] = next[u].tanh();
            h[u] = o[u] * t[u];
        }
    }
    let device = cell.device();
    Ok([
        units.tensor(h, 1, &device)?,
        units.tensor(next, 1, &device)?,
        units.tensor(kept, KEPT, &device)?,
    ])
}

/// Gradients with respect to sums and cell state.
fn first<T: Real>(
    cell: &Tensor,
    hidden: &Tensor,
    new_cell: &Tensor,
    kept: &Tensor,
) -> Result<[Tensor; 2]> {
    let (c, kept) = (T::values(cell)?, T::values(kept)?);
    let (dh, dc) = (T::values(hidden)?, T::values(new_cell)?);
    let units = Units::of(cell);
    let (mut of_sums, mut of_cell) = (vec![T::default(); 4 * c.len()], vec![T::default(); c.len()]);
    let one = T::rounded(1.0);
    for row in 0..units.rows {
        let [i, f, g, o, t] = units.parts(&kept, row);
        let ([c], [dh], [dc]) = (
            units.parts(&c, row),
            units.parts(&dh, row),
            units.parts(&dc, row),
        );
        let [zi, zf, zg, zo] = units.parts_mut(&mut of_sums, row);
        let [of_cell] = units.parts_mut(&mut of_cell, row);
        for u in 0..units.count {
            // What reaches the new cell state, directly and through the hidden state.
            let d = dc[u] + dh[u] * o[u] * (one - t[u] * t[u]);
            zi[u] = d * g[u] * i[u] * (one - i[u]);
            zf[u] = d * c[u] * f[u] * (one - f[u]);
            zg[u] = d * i[u] * (one - g[u] * g[u]);
            zo[u] = dh[u] * t[u] * o[u] * (one - o[u]);
            of_cell[u] = d * f[u];
        }
    }
    let device = cell.device();
    Ok([
        units.tensor(of_sums, 4, &device)?,
        units.tensor(of_cell, 1, &device)?,
    ])
}

/// Gradients of [`first`] with respect to the sums, the cell state, and the gradients of the new hidden
/// and cell states, from the cotangents of its results.
fn second<T: Real>(
    [cell, hidden, new_cell, of_sums, of_cell, kept]: [&Tensor; 6],
) -> Result<[Tensor; 4]> {
    let (c, kept) = (T::values(cell)?, T::values(kept)?);
    let (dh, dc) = (T::values(hidden)?, T::values(new_cell)?);
    let (cotangents, cell_cotangents) = (T::values(of_sums)?, T::values(of_cell)?);
    let units = Units::of(cell);
    let zeros = || vec![T::default(); c.len()];
    let (mut sums, mut cells) = (vec![T::default(); 4 * c.len()], zeros());
    let (mut hiddens, mut new_cells) = (zeros(), zeros());
    let (one, two) = (T::rounded(1.0), T::rounded(2.0));
    for row in 0..units.rows {
        let [i, f, g, o, t] = units.parts(&kept, row);
        let [ui, uf, ug, uo] = units.parts(&cotangents, row);
        let ([c], [dh], [dc], [v]) = (
            units.parts(&c, row),
            units.parts(&dh, row),
            units.parts(&dc, row),
            units.parts(&cell_cotangents, row),
        );
        let [zi, zf, zg, zo] = units.parts_mut(&mut sums, row);
        let ([of_c], [of_dh], [of_dc]) = (
            units.parts_mut(&mut cells, row),
            units.parts_mut(&mut hiddens, row),
            units.parts_mut(&mut new_cells, row),
        );
        for u in 0..units.count {
            let (c, dh, v) = (c[u], dh[u], v[u]);
            let (i, f, g, o, t) = (i[u], f[u], g[u], o[u], t[u]);
            let (ui, uf, ug, uo) = (ui[u], uf[u], ug[u], uo[u]);
            // Slopes of the gates and of the hyperbolic tangent of the new cell state.
            let (si, sf, sg) = (i * (one - i), f * (one - f), one - g * g);
            let (so, st) = (o * (one - o), one - t * t);
            let d = dc[u] + dh * o * st;
            // The results' sum, weighted by the cotangents, is `d * k + dh * t * so * uo`.
            let k = ui * g * si + uf * c * sf + ug * i * sg + v * f;
            let next = (dh * so * uo - two * t * k * dh * o) * st;
            zi[u] = (d * (ui * g * (one - two * i) + ug * sg) + next * g) * si;
            zf[u] = (d * (uf * c * (one - two * f) + v) + next * c) * sf;
            zg[u] = (d * (ui * si - two * ug * i * g) + next * i) * sg;
            zo[u] = dh * (k * st + t * (one - two * o) * uo) * so;
            of_c[u] = d * uf * sf + next * f;
            of_dh[u] = k * o * st + t * so * uo;
            of_dc[u] = k;
        }
    }
    let device = cell.device();
    Ok([
        units.tensor(sums, 4, &device)?,
        units.tensor(cells, 1, &device)?,
        units.tensor(hiddens, 1, &device)?,
        units.tensor(new_cells, 1, &device)?,
    ])
}

/// How values lie: for each sample one or several runs of `count` units.
#[derive(Clone, Copy)]
struct Units {
    rows: usize,
    count: usize,
}

impl Units {
    /// Those of a state `[n, hidden]`.
    fn of(state: &Tensor) -> Self {
        let (rows, count) = (state.shape()[0], state.shape()[1]);
        Self { rows, count }
    }

    /// The `N` runs of a sample.
    fn parts<T, const N: usize>(self, values: &[T], row: usize) -> [&[T]; N] {
        let row = &values[row * N * self.count..][..N * self.count];
        std::array::from_fn(|part| &row[part * self.count..][..self.count])
    }

    /// [`parts`](Self::parts) to write to.
    fn parts_mut<T, const N: usize>(self, values: &mut [T], row: usize) -> [&mut [T]; N] {
        let row = &mut values[row * N * self.count..][..N * self.count];
        let mut parts = row.chunks_exact_mut(self.count);
        std::array::from_fn(|_| parts.next().unwrap_or_default())
    }

    /// A constant of so many runs for each sample.
    fn tensor<T: Real>(self, values: Vec<T>, runs: usize, device: &Device) -> Result<Tensor> {
        T::constant(values, &[self.rows, runs * self.count], device)
    }
}

/// The second derivative by composed operations, which can be differentiated again.
fn composed_second(c: &Context, inputs: [&Tensor; 4]) -> Gradients {
    composed_derivative(c, inputs, |[sums, cell, hidden, new_cell]| {
        let (h, next) = composed(sums, cell)?;
        vjp(&[&h, &next], &[hidden, new_cell], &[sums, cell], true)
    })
}

/// The same operation, composed of others.
fn composed(sums: &Tensor, cell: &Tensor) -> Result<(Tensor, Tensor)> {
    let gates = sums.split(1, &[cell.shape()[1]; 4])?;
    let (input, forget) = (gates[0].sigmoid()?, gates[1].sigmoid()?);
    let (candidate, output) = (gates[2].tanh()?, gates[3].sigmoid()?);
    let cell = forget.mul(cell)?.add(&input.mul(&candidate)?)?;
    Ok((output.mul(&cell.tanh()?)?, cell))
}
