//! Part sizes of multipart uploads within the limits of S3 and R2.
