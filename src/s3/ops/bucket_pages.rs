//! Reads further pages of the list of buckets, whose token AWS and R2 give in different places.

use aws_sdk_s3::config::http::HttpResponse;

use crate::s3::sdk::last_answer::LastAnswer;

/// Asked for on AWS, which gives an account with more buckets no list without pages.
pub const PER_PAGE: i32 = 1000;

/// R2 ends a list after 1,000 buckets and says only in headers that there are more
/// (r2/api/s3/extensions).
pub const R2_TOKEN: &str = "cf-continuation-token";
const R2_MORE: &str = "cf-is-truncated";
const R2_NEXT: &str = "cf-next-continuation-token";

/// What an answer's headers say of the next page.
pub fn next_page() -> LastAnswer<Option<String>> {
    LastAnswer::by(|response: &HttpResponse| {
        let headers = response.headers();
        let next = headers.get(R2_NEXT).filter(|_| headers.get(R2_MORE) != Some("false"));
        next.map(str::to_owned)
    })
}
