//! Random numbers that nobody can repeat.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::{Error, State};
use liebig_grad::{Device, Tensor};

/// The key of a private distillation's sampling and noise: 256 random bits of the operating system, not of the run's seed.
///
/// A checkpoint holds it until the distillation is finished, so that one that was interrupted goes on with the same noise: a
/// step that is repeated releases the same numbers again, and costs nothing more.
pub(crate) struct Secret {
    key: [u8; 32],
    /// Whether it is not needed any more.
    spent: bool,
}

const KNOWN: &str = "secret.known";
const KEY: &str = "secret.key";

impl Secret {
    pub fn new() -> Result<Self, Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| Error::Randomness {
            reason: error.to_string(),
        })?;
        Ok(Self { key, spent: false })
    }

    /// A cryptographic stream of random numbers for each name and index.
    pub fn stream(&self, name: &str, index: u64) -> ChaCha20Rng {
        let mut key = blake3::Hasher::new_keyed(&self.key);
        key.update(&index.to_le_bytes());
        key.update(name.as_bytes());
        ChaCha20Rng::from_seed(*key.finalize().as_bytes())
    }

    /// Says that no further number is needed, so that the key is not saved any more.
    pub fn spend(&mut self) {
        self.spent = true;
    }

    pub fn save(&self, device: &Device, state: &mut State) {
        let bytes = self.key.map(f32::from).to_vec();
        if let (false, Ok(key)) = (self.spent, Tensor::from_vec(bytes, &[32], device)) {
            state.insert_count(KNOWN, 1);
            state.insert(KEY, &key);
        } else {
            state.insert_count(KNOWN, 0);
        }
    }

    pub fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        if state.take_count(KNOWN)? == 1 {
            let bytes = state.take(KEY, &[32])?.to_vec()?;
            for (byte, value) in self.key.iter_mut().zip(bytes) {
                *byte = value as u8;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rand::RngExt;

    use super::*;

    #[test]
    fn every_secret_is_another_and_can_be_kept() {
        let device = liebig_grad::cpu();
        let (mut one, two) = (Secret::new().unwrap(), Secret::new().unwrap());
        let draw = |secret: &Secret, name, index| secret.stream(name, index).random::<u64>();
        let first = draw(&one, "noise", 3);
        assert_eq!(first, draw(&one, "noise", 3));
        for other in [
            draw(&one, "noise", 4),
            draw(&one, "sample", 3),
            draw(&two, "noise", 3),
        ] {
            assert_ne!(first, other);
        }
        let saved = |secret: &Secret| {
            let mut state = State::default();
            secret.save(&device, &mut state);
            State::restored(state.checkpoint(1).unwrap(), &device).unwrap()
        };
        let mut again = Secret::new().unwrap();
        again.restore(&mut saved(&one)).unwrap();
        assert_eq!(draw(&again, "noise", 3), first);
        one.spend();
        let checkpoint = saved(&one).checkpoint(1).unwrap();
        assert!(checkpoint.arrays.is_empty(), "{:?}", checkpoint.arrays);
        again.restore(&mut saved(&one)).unwrap();
    }
}
