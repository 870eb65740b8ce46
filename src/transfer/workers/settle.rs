//! Asks the server for what tells more of bytes that no digest spoke for so far.

use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::transfer::Verification;
use crate::domain::units::Size;
use crate::transfer::remote::Remote;
use crate::transfer::retry::RetryPolicy;
use crate::transfer::workers::digest::{DigestCheck, DigestOutcome, OpenCheck, wrong};
use crate::transfer::workers::sums::tells_more;

/// The parts that are asked for their size, one by one, at most.
const MOST_ASKED: u32 = 200;

/// The object whose bytes came, as it was described when they were asked for.
#[derive(Clone, Copy)]
pub struct DownloadedObject<'a> {
    pub remote: &'a dyn Remote,
    pub policy: &'a RetryPolicy,
    pub object: &'a ObjectAddress,
    pub head: &'a ObjectHead,
}

/// What a second question brought.
enum SecondAnswer {
    /// A checksum of the whole.
    Sum(DigestCheck),
    /// The bytes of each part but the last.
    Parts(u64),
}

impl DownloadedObject<'_> {
    /// What holds of bytes that can be read once more, by `again`.
    ///
    /// # Errors
    /// `Corrupt` where what the server tells speaks against them.
    pub async fn settle<F>(
        self,
        finding: DigestOutcome,
        again: impl FnOnce(DigestCheck) -> F,
    ) -> Result<Verification, Error>
    where
        F: Future<Output = Result<DigestOutcome, Error>>,
    {
        let open = match finding {
            DigestOutcome::Settled(verification) => return Ok(verification),
            DigestOutcome::Open(open) => open,
        };
        let size = match self.ask_again(&open).await {
            None => return Ok(Verification::SizeOnly(open.why())),
            Some(SecondAnswer::Sum(check)) => {
                return again(check).await.map(DigestOutcome::or_size_only);
            }
            Some(SecondAnswer::Parts(size)) => size,
        };
        self.refuse_unfit(&open, size)?;
        let Some(of) = open.parts() else { return Ok(Verification::SizeOnly(open.why())) };
        match again(DigestCheck::in_parts(of.clone(), size)).await? {
            DigestOutcome::Settled(verification) => Ok(verification),
            DigestOutcome::Open(open) => {
                self.refuse_unfit(&open, size)?;
                Ok(Verification::SizeOnly(open.why()))
            }
        }
    }

    /// As [`DownloadedObject::settle`], of bytes that went on and cannot be read once more.
    pub async fn settle_gone(self, finding: DigestOutcome) -> Result<Verification, Error> {
        let open = match finding {
            DigestOutcome::Settled(verification) => return Ok(verification),
            DigestOutcome::Open(open) => open,
        };
        // A checksum of the whole would have had to be known before.
        let size = match open.parts() {
            Some(_) => self.part_size(&open).await,
            None => None,
        };
        let Some(size) = size else { return Ok(Verification::SizeOnly(open.why())) };
        self.refuse_unfit(&open, size)?;
        let size = Size(size);
        Ok(Verification::SizeOnly(format!(
            "the object was made of parts of {size}, which the server told only afterwards"
        )))
    }

    /// A check that can be made while the bytes pass, where the usual one has nothing to compare.
    pub async fn foresee(self, check: DigestCheck) -> DigestCheck {
        let Some((open, of)) = check.open().and_then(|open| Some((open, open.parts()?))) else {
            return check;
        };
        match self.part_size(open).await {
            Some(size) => DigestCheck::in_parts(of.clone(), size),
            None => check,
        }
    }

    fn refuse_unfit(self, open: &OpenCheck, size: u64) -> Result<(), Error> {
        match open {
            OpenCheck::Unfit(unfit) if unfit.is_of(size) => {
                Err(wrong(&self.object.to_string(), unfit.against()))
            }
            _ => Ok(()),
        }
    }

    async fn ask_again(self, open: &OpenCheck) -> Option<SecondAnswer> {
        if tells_more(self.remote)
            && let Ok(told) = self.policy.send(|| self.remote.whole_head(self.object)).await
            && told.etag == self.head.etag
            && told.size == self.head.size
        {
            let whole = DigestCheck::of(&told);
            if whole.is_of_whole() {
                return Some(SecondAnswer::Sum(whole));
            }
        }
        self.part_size(open).await.map(SecondAnswer::Parts)
    }

    /// The size that the parts had, where the server tells it of each, and of as many as the digest
    /// names. `None` where they had different ones, as parts may.
    async fn part_size(self, open: &OpenCheck) -> Option<u64> {
        let of = open.parts().filter(|of| of.count <= MOST_ASKED)?;
        let size = self.size_of(1, of.count).await.filter(|size| of.fits(*size))?;
        // Of two, the first says how long the second is.
        for number in 2..of.count {
            if self.size_of(number, of.count).await? != size {
                return None;
            }
        }
        Some(size)
    }

    async fn size_of(self, number: u32, count: u32) -> Option<u64> {
        let asked = || self.remote.head_of_part(self.object, number);
        let told = self.policy.send(asked).await.ok()?;
        let is_it = told.etag == self.head.etag && told.parts == Some(count);
        told.size.filter(|_| is_it)
    }
}
