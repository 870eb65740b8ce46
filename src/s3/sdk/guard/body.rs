//! Collects a body until it is whole, then hands it on in one piece.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};

use crate::s3::sdk::guard::fault::ResponseFault;
use crate::s3::sdk::guard::{limits, xml};
use crate::s3::sdk::scanned::BodyScanner;

pub struct Guarded {
    /// `None` once its end was seen.
    body: Option<SdkBody>,
    operation: String,
    success: bool,
    most: usize,
    kept: BytesMut,
    reader: Option<BodyScanner>,
}

impl Guarded {
    pub fn new(body: SdkBody, operation: String, success: bool) -> Guarded {
        let most = limits::most(&operation, success);
        let told = usize::try_from(body.size_hint().lower()).unwrap_or(most);
        let kept = BytesMut::with_capacity(told.min(most));
        Guarded { body: Some(body), operation, success, most, kept, reader: None }
    }

    /// Hands the whole body to a reader first, where there is one.
    pub fn read_by(self, reader: Option<BodyScanner>) -> Guarded {
        Guarded { reader, ..self }
    }

    fn keep(&mut self, piece: &[u8]) -> Result<(), ResponseFault> {
        if self.most == 0 && !piece.is_empty() {
            let what = "it has a body where S3 sends none";
            return Err(ResponseFault::Strange(what.to_owned()));
        }
        if self.kept.len() + piece.len() > self.most {
            return Err(ResponseFault::TooLong(self.most));
        }
        self.kept.extend_from_slice(piece);
        Ok(())
    }

    fn whole(&mut self) -> Result<Bytes, ResponseFault> {
        let kept = std::mem::take(&mut self.kept).freeze();
        if let Some(BodyScanner(reader)) = &self.reader
            && reader.read(&kept)?
        {
            return Ok(kept);
        }
        match (self.success, &*self.operation) {
            (false, _) => Ok(xml::refusal(kept)),
            (true, "CreateBucket") if is_page(&kept) => {
                Err(ResponseFault::Strange("it is a web page".to_owned()))
            }
            (true, operation) => xml::readable(kept, operation),
        }
    }
}

/// Whether something on the way answered with a page for people.
fn is_page(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(64)]).trim().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

impl Body for Guarded {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        loop {
            let Some(body) = &mut this.body else { return Poll::Ready(None) };
            let frame = match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => {
                    this.body = None;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    this.body = None;
                    let whole = this.whole().map(Frame::data).map_err(Into::into);
                    return Poll::Ready(Some(whole));
                }
            };
            let Ok(piece) = frame.into_data() else { continue };
            if let Err(fault) = this.keep(&piece) {
                this.body = None;
                // A refusal of that length says nothing that its status does not say.
                if !this.success {
                    return Poll::Ready(None);
                }
                return Poll::Ready(Some(Err(fault.into())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_is_known_by_how_it_begins() {
        assert!(is_page(b"\n<!DOCTYPE html><html>") && is_page(b"<HTML lang=de>"));
        assert!(!is_page(b"<?xml version=\"1.0\"?><Error/>") && !is_page(b""));
    }
}
