//! Whose habits the server has.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    S3,
    /// Equal parts, region `auto`, NFC keys, and 501 for versions, tags, ACLs, policies.
    R2,
}
