//! How much memory a process and all that it started have taken.

use std::fs;

/// Bytes that the processes of a group have taken for themselves, files that they look at aside; 0 where this
/// system does not say.
pub fn of_group(group: u32) -> u64 {
    let Ok(entries) = fs::read_dir("/proc") else {
        return 0;
    };
    let of_group = entries.flatten().filter_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        (group_in(&stat)? == group).then_some(id)
    });
    of_group
        .filter_map(|id| fs::read_to_string(format!("/proc/{id}/status")).ok())
        .map(|status| bytes_in(&status))
        .sum()
}

/// The process group in a `stat` of Linux: the third field after the name, which stands in parentheses and may
/// have some itself.
fn group_in(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(2)?.parse().ok()
}

/// What a `status` of Linux says of memory that is no file's.
fn bytes_in(status: &str) -> u64 {
    let kibibytes = status.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let counts = matches!(name, "RssAnon" | "RssShmem");
        let value = value.trim().strip_suffix(" kB")?;
        counts.then(|| value.parse::<u64>().ok())?
    });
    kibibytes.sum::<u64>() * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_an_odd_name_is_found() {
        assert_eq!(group_in("7 (a) b (c)) S 1 4242 4242 0"), Some(4242));
    }

    #[test]
    fn memory_that_is_no_files_counts() {
        let status = "Name:\tx\nVmRSS:\t9 kB\nRssAnon:\t 4 kB\nRssFile:\t4 kB\nRssShmem:\t1 kB\n";
        assert_eq!(bytes_in(status), 5 * 1024);
    }
}
