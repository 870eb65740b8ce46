//! Chooses whether the server behaves like AWS or R2.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    S3,
    /// Equal parts, region `auto`, NFC keys, and 501 for versions, tags, ACLs, policies.
    R2,
}
