//! Every call of the client over the wire, against the embedded server and any server named by
//! environment.

mod accesses;
mod answers;
mod circles;
mod comparing;
mod deleting;
mod describing;
mod deviations;
mod dropping;
mod elsewhere;
mod encoded;
mod errors;
mod examining;
mod indexes;
mod jurisdictions;
mod kept;
mod links;
mod listing;
mod looking;
mod making;
mod multipart;
mod objects;
mod otherwise;
mod plain_http;
mod refusals;
mod requests;
mod same_by_sdk;
mod saving;
mod scanned;
mod scripted;
mod settings;
mod target;
mod types;
mod versions;
mod walks;
mod wire;

mod behaviours {
    pub use super::comparing::*;
    pub use super::deleting::*;
    pub use super::describing::*;
    pub use super::errors::*;
    pub use super::links::*;
    pub use super::listing::*;
    pub use super::looking::*;
    pub use super::multipart::*;
    pub use super::objects::*;
    pub use super::settings::*;
    pub use super::versions::*;
}

/// Runs each behaviour, with bodies going without the SDK and by it, against the embedded server in
/// both modes, and against the server that the environment names: `.ci/contract` does so for each
/// of its servers.
macro_rules! contract {
    ($($behaviour:ident),+ $(,)?) => {
        contract!(s3 #[cfg(all())] $($behaviour)+);
        contract!(r2 #[cfg(all())] $($behaviour)+);
        contract!(s3_by_sdk #[cfg(all())] $($behaviour)+);
        contract!(r2_by_sdk #[cfg(all())] $($behaviour)+);
        contract!(named #[ignore = "needs a server: WINDLASS_CONTRACT_ENDPOINT"] $($behaviour)+);
        contract!(
            named_by_sdk #[ignore = "needs a server: WINDLASS_CONTRACT_ENDPOINT"] $($behaviour)+
        );
    };
    ($start:ident #[$mark:meta] $($behaviour:ident)+) => {
        mod $start {
            use crate::contract::behaviours;
            use crate::contract::target::$start as start;

            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                #[$mark]
                async fn $behaviour() {
                    behaviours::$behaviour(start(stringify!($behaviour)).await).await;
                }
            )+
        }
    };
}

contract!(
    two_prefixes_differ_in_what_is_new_gone_or_changed,
    an_object_and_a_file_differ_in_size_lines_and_values,
    a_file_that_is_the_same_is_told_by_a_digest,
    the_first_byte_that_differs_is_found_behind_what_is_read_at_first,
    the_end_of_a_long_log_costs_two_requests,
    what_is_searched_for_is_found_in_a_log,
    a_member_of_a_large_archive_is_read_alone,
    an_object_that_was_replaced_is_not_mixed_with_the_old_one,
    an_empty_object_and_one_that_is_not_there_are_told_apart,
    a_search_that_nobody_waits_for_stops,
    a_key_that_is_not_there_counts_as_deleted,
    keys_are_deleted_and_no_other,
    more_keys_than_one_request_takes_are_deleted,
    a_change_of_metadata_keeps_everything_else,
    a_key_of_ones_own_opens_only_what_it_locked,
    a_text_is_saved_only_over_what_was_opened,
    locks_keys_and_archives_are_refused_in_words_where_they_are_lacking,
    tags_are_changed_where_they_are_or_refused_in_words,
    a_bucket_is_made_and_removed_or_the_server_says_that_it_cannot,
    a_bucket_that_is_not_there_is_called_so,
    a_key_that_is_not_there_is_called_so,
    a_wrong_secret_is_called_so,
    an_unknown_access_key_is_called_so,
    a_link_fetches_the_bytes_of_any_key,
    a_put_link_takes_an_upload,
    a_head_link_tells_and_a_delete_link_deletes,
    a_link_that_works_is_told_from_a_dead_one,
    a_level_shows_prefixes_and_objects_with_their_columns,
    a_listing_is_whole_over_many_pages,
    every_key_is_stored_listed_fetched_and_deleted_exactly,
    a_part_can_be_copied_from_an_object,
    an_upload_given_up_is_gone,
    parts_become_the_object_they_were_cut_from,
    the_parts_a_server_holds_are_listed_or_it_says_that_it_cannot,
    a_copy_has_the_bytes_and_the_metadata,
    a_copy_of_a_changed_source_is_refused,
    a_copy_over_an_object_is_refused_where_asked,
    a_file_sized_upload_is_stored_byte_for_byte,
    a_range_is_the_bytes_asked_for,
    an_object_that_changed_is_not_mixed_with_the_old,
    an_upload_over_an_object_is_refused_where_asked,
    headers_and_metadata_come_back,
    a_document_comes_back_as_it_was_sent_or_the_server_lacks_it,
    what_is_cleared_is_not_set_any_more,
    the_settings_of_a_bucket_that_is_not_there_are_refused_as_such,
    versions_are_of_exactly_their_key_and_newest_first,
    pages_of_versions_have_each_once,
    a_bucket_is_listed_as_it_was,
    a_version_that_is_deleted_is_gone_and_the_others_stay,
    what_was_deleted_or_overwritten_comes_back,
    a_bucket_is_emptied_of_all_that_is_in_it,
);
