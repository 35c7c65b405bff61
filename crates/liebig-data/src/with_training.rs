//! A dataset with other training samples.

use crate::Dataset;
use crate::content_hash::content_hash;

impl Dataset {
    /// The dataset with only the training samples `indices`, in that order, which get these labels; all else stays.
    ///
    /// # Panics
    /// If an index or a label is out of range, or there is not one label for each index.
    ///
    /// ```
    /// let strokes = liebig_data::load("strokes", &Default::default())?;
    /// let two = strokes.with_training(&[5, 3], &[0, 7]);
    /// assert_eq!(two.train.labels(), [0, 7]);
    /// assert_eq!(two.train.raw(0), strokes.train.raw(5));
    /// assert_ne!(two.hash, strokes.hash);
    /// # Ok::<(), liebig_data::Error>(())
    /// ```
    #[must_use]
    pub fn with_training(&self, indices: &[usize], labels: &[u32]) -> Self {
        assert_eq!(indices.len(), labels.len(), "one label for each sample");
        let classes = self.class_names.len();
        let fit = labels.iter().all(|&label| (label as usize) < classes);
        assert!(fit, "labels must be below {classes}");
        let train = self.train.subset(indices).relabelled(labels.to_vec());
        let train = train.entered(&self.space);
        let hash = content_hash(
            self.shape,
            &self.class_names,
            [Some(&train), self.validation.as_ref(), Some(&self.test)],
        );
        Self {
            hash,
            ..self.with_splits(train, self.validation.clone(), self.test.clone())
        }
    }
}
