//! Adds failures that the SDK tries again, and limits how long it waits.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::interceptors::InterceptorContext;
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::retries::classifiers::RetryClassifierPriority;
use aws_smithy_types::retry::ErrorKind;

use crate::config::aws_settings::Retries;
use crate::domain::error::OPERATION_ABORTED;
use crate::s3::sdk::guard::fault::ResponseFault;

/// The longest wait between two tries, whatever the server asks.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// Tries where the user does not say, the first one included.
const ATTEMPTS: u32 = 5;

pub fn config(asked: Retries) -> RetryConfig {
    let config = if asked.adaptive { RetryConfig::adaptive() } else { RetryConfig::standard() };
    config.with_max_attempts(asked.attempts.unwrap_or(ATTEMPTS)).with_max_backoff(MAX_WAIT)
}

/// 429 (R2's `TooManyRequests`, 10058), Cloudflare's 520 to 524 and 530, `OperationAborted` (Ceph),
/// and `Retry-After` in seconds: the SDK retries none of these codes and reads only
/// `x-amz-retry-after`.
#[derive(Debug)]
pub struct Throttling;

impl ClassifyRetry for Throttling {
    fn classify_retry(&self, ctx: &InterceptorContext) -> RetryAction {
        self.classify_retry_v2(ctx, &RetryAction::NoActionIndicated)
    }

    fn classify_retry_v2(&self, ctx: &InterceptorContext, before: &RetryAction) -> RetryAction {
        // The same question brings the same answer, as long as this one.
        if let Some(Err(error)) = ctx.output_or_error()
            && let Some(fault) = ResponseFault::of(error)
            && !matches!(fault, ResponseFault::Cut(_))
        {
            return RetryAction::RetryForbidden;
        }
        let Some(response) = ctx.response() else { return RetryAction::NoActionIndicated };
        let own = kind_of(response.status().as_u16())
            .or_else(|| is_busy(response).then_some(ErrorKind::ThrottlingError));
        let Some(kind) = own.or_else(|| before.should_retry().then_some(ErrorKind::TransientError))
        else {
            return RetryAction::NoActionIndicated;
        };
        match response.headers().get("retry-after").and_then(retry_after) {
            Some(wait) => {
                RetryAction::retryable_error_with_explicit_delay(kind, wait.min(MAX_WAIT))
            }
            None if own.is_some() => RetryAction::retryable_error(kind),
            None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "Throttling"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

fn kind_of(status: u16) -> Option<ErrorKind> {
    match status {
        429 | 503 => Some(ErrorKind::ThrottlingError),
        520..=524 | 530 => Some(ErrorKind::ServerError),
        _ => None,
    }
}

/// Whether the server carries out another request about the same thing at this moment.
fn is_busy(response: &HttpResponse) -> bool {
    let code = format!("<Code>{OPERATION_ABORTED}</Code>");
    let body = response.body().bytes().unwrap_or_default();
    response.status().as_u16() == 409
        && body.windows(code.len()).any(|window| window == code.as_bytes())
}

/// Reads `Retry-After` where it gives seconds; the date form is left to the backoff.
pub fn retry_after(header: &str) -> Option<Duration> {
    header.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_and_the_edges_own_failures_are_tried_again() {
        assert_eq!(kind_of(429), Some(ErrorKind::ThrottlingError));
        assert_eq!(kind_of(522), Some(ErrorKind::ServerError));
        assert_eq!(kind_of(403), None);
    }

    #[test]
    fn a_wait_is_read_in_seconds_only() {
        assert_eq!(retry_after(" 3 "), Some(Duration::from_secs(3)));
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
