//! Every call of the client over the wire, against the embedded server and any server named by environment.

mod deleting;
mod errors;
mod links;
mod listing;
mod multipart;
mod objects;
mod plain_http;
mod target;

/// Runs each behaviour against the server that the environment names; `.ci/contract` does so for each of its servers.
macro_rules! contract {
    ($($module:ident :: $behaviour:ident),+ $(,)?) => {
        mod named {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                #[ignore = "needs a server: WINDLASS_CONTRACT_ENDPOINT"]
                async fn $behaviour() {
                    super::$module::$behaviour(super::target::named(stringify!($behaviour)).await).await;
                }
            )+
        }
    };
}

contract!(
    deleting::a_key_that_is_not_there_counts_as_deleted,
    deleting::keys_are_deleted_and_no_other,
    deleting::more_keys_than_one_request_takes_are_deleted,
    errors::a_bucket_is_made_and_removed_or_the_server_says_that_it_cannot,
    errors::a_bucket_that_is_not_there_is_called_so,
    errors::a_key_that_is_not_there_is_called_so,
    errors::a_wrong_secret_is_called_so,
    errors::an_unknown_access_key_is_called_so,
    links::a_link_fetches_the_bytes_of_any_key,
    links::a_put_link_takes_an_upload,
    listing::a_level_shows_prefixes_and_objects_with_their_columns,
    listing::a_listing_is_whole_over_many_pages,
    listing::every_key_is_stored_listed_fetched_and_deleted_exactly,
    multipart::a_part_can_be_copied_from_an_object,
    multipart::an_upload_given_up_is_gone,
    multipart::parts_become_the_object_they_were_cut_from,
    multipart::the_parts_a_server_holds_are_listed_or_it_says_that_it_cannot,
    objects::a_copy_has_the_bytes_and_the_metadata,
    objects::a_copy_of_a_changed_source_is_refused,
    objects::a_copy_over_an_object_is_refused_where_asked,
    objects::a_file_sized_upload_is_stored_byte_for_byte,
    objects::a_range_is_the_bytes_asked_for,
    objects::an_object_that_changed_is_not_mixed_with_the_old,
    objects::an_upload_over_an_object_is_refused_where_asked,
    objects::headers_and_metadata_come_back,
);
