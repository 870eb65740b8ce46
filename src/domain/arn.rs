//! Recognises buckets that an ARN names, and the ARNs that S3 alone cannot reach.

/// Whether a bucket's name is an ARN.
pub fn is_arn(bucket: &str) -> bool {
    bucket.starts_with("arn:")
}

/// Takes a text that begins with an ARN apart: the bucket or access point, and the key behind its
/// `/`. `None` where it begins with none.
///
/// # Errors
/// A sentence that says why nothing can be reached under this ARN, or what is missing in it.
pub fn split(text: &str) -> Option<Result<(&str, &str), String>> {
    is_arn(text).then(|| parts(text))
}

/// The region that the ARN of an access point names.
pub fn region(bucket: &str) -> Option<&str> {
    let region = bucket.split(':').nth(3).filter(|_| is_arn(bucket))?;
    (!region.is_empty()).then_some(region)
}

fn parts(text: &str) -> Result<(&str, &str), String> {
    let mut fields = text.splitn(6, ':');
    let mut field = || fields.next().unwrap_or_default();
    let (_, _partition, service, region, account, resource) =
        (field(), field(), field(), field(), field(), field());
    let no = |why: &str| Err(why.to_owned());
    match service {
        "s3" => {}
        "s3-object-lambda" => {
            return no(
                "Object Lambda access points are not supported: name the access point behind it",
            );
        }
        "s3-outposts" => return no("buckets on Outposts are not supported"),
        "s3express" => return no("name a directory bucket by its name, not by its ARN"),
        _ => return no("this ARN is of no bucket and no access point of S3"),
    }
    let start = text.len() - resource.len();
    let Some(after) =
        resource.strip_prefix("accesspoint").filter(|rest| rest.starts_with(['/', ':']))
    else {
        return bucket(region, account, resource);
    };
    let (name, key) = after[1..].split_once('/').unwrap_or((&after[1..], ""));
    if region.is_empty() {
        return no("multi-region access points are not supported (they are signed by SigV4A): \
                   name an access point or a bucket of one region");
    }
    if name.is_empty() || name.contains(':') || account.is_empty() {
        return no("an access point is arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME");
    }
    let end = start + "accesspoint/".len() + name.len();
    Ok((&text[..end], key))
}

/// `arn:aws:s3:::bucket/key`
fn bucket<'a>(
    region: &str,
    account: &str,
    resource: &'a str,
) -> Result<(&'a str, &'a str), String> {
    let (bucket, key) = resource.split_once('/').unwrap_or((resource, ""));
    if !region.is_empty() || !account.is_empty() || bucket.is_empty() || bucket.contains(':') {
        return Err("this ARN is of no bucket and no access point of S3".to_owned());
    }
    Ok((bucket, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::Location;

    #[test]
    fn an_access_point_is_a_bucket_and_what_is_behind_it_a_key() {
        for (point, behind) in [
            ("arn:aws:s3:eu-west-1:123456789012:accesspoint/photos", ""),
            ("arn:aws:s3:eu-west-1:123456789012:accesspoint/photos", "a/b.jpg"),
            ("arn:aws:s3:eu-west-1:123456789012:accesspoint:photos", "2026/"),
            ("arn:aws-cn:s3:cn-north-1:123456789012:accesspoint:photos", "object/x"),
        ] {
            let text = format!("{point}/{behind}");
            assert_eq!(split(&text), Some(Ok((point, behind))));
            let location = Location::parse(&format!("s3://{text}")).unwrap();
            assert_eq!(location.bucket().map(ToString::to_string).as_deref(), Some(point));
            assert_eq!(location.to_string(), format!("s3://{text}"));
        }
        assert_eq!(region("arn:aws:s3:eu-west-1:1:accesspoint/p"), Some("eu-west-1"));
        assert_eq!(region("media"), None);
    }

    #[test]
    fn the_arn_of_a_bucket_is_its_name() {
        assert_eq!(split("arn:aws:s3:::media/a/b"), Some(Ok(("media", "a/b"))));
        assert_eq!(split("media/arn:aws"), None);
    }

    #[test]
    fn what_cannot_be_reached_is_named() {
        for (arn, expected) in [
            ("arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap", "multi-region"),
            ("arn:aws:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap/key", "multi-region"),
            ("arn:aws:s3-object-lambda:eu-west-1:1:accesspoint/p", "Object Lambda"),
            ("arn:aws:s3-outposts:eu-west-1:1:outpost/o/accesspoint/p", "Outposts"),
            ("arn:aws:s3:eu-west-1:1:accesspoint/", "accesspoint/NAME"),
            ("arn:aws:s3:eu-west-1::accesspoint/p", "accesspoint/NAME"),
            ("arn:aws:s3:eu-west-1:1:job/p", "no bucket"),
            ("arn:aws:iam::1:role/r", "no bucket"),
            ("arn:aws:s3:::", "no bucket"),
            ("arn:", "no bucket"),
        ] {
            let why = split(arn).unwrap().unwrap_err();
            assert!(why.contains(expected), "{arn}: {why}");
            assert!(Location::parse(&format!("s3://{arn}")).is_err());
        }
    }
}
