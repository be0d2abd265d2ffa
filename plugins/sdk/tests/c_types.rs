//! Types of Rust as C writes them.

/// The C type of a member whose Rust type has this name, as `std::any::type_name` gives it.
pub fn c_type(rust: &str) -> String {
    let rust = rust.trim();
    if let Some(inner) = within(rust, "core::option::Option<", ">") {
        return c_type(inner);
    }
    if let Some(function) = rust.strip_prefix("unsafe extern \"C\" fn(") {
        return c_function(function);
    }
    if let Some(inner) = rust.strip_prefix("*mut ") {
        return pointer_to(&c_type(inner));
    }
    if let Some(inner) = rust.strip_prefix("*const ") {
        return pointer_to(&format!("const {}", c_type(inner)));
    }
    if let Some((item, length)) = within(rust, "[", "]").and_then(|array| array.split_once("; ")) {
        return format!("{} [{length}]", c_type(item));
    }
    let name = rust.rsplit("::").next().unwrap_or(rust);
    match name {
        "usize" => "size_t".into(),
        "u32" => "uint32_t".into(),
        "u64" => "uint64_t".into(),
        "i32" => "int".into(),
        "i64" => "int64_t".into(),
        // `c_char`, which has a sign on some machines and none on others.
        "i8" | "u8" => "char".into(),
        "c_void" => "void".into(),
        arrow if arrow.starts_with("Arrow") => format!("struct {arrow}"),
        own if own.starts_with("Dv") => own.into(),
        other => panic!("no C type is known for '{other}'"),
    }
}

/// The type of a pointer to such a value.
pub fn pointer_to(c: &str) -> String {
    if c.contains("(*)") {
        return c.replacen("(*)", "(**)", 1);
    }
    match c.split_once(" [") {
        Some((item, length)) => format!("{item} (*)[{length}"),
        None if c.ends_with('*') => format!("{c}*"),
        None => format!("{c} *"),
    }
}

fn c_function(signature: &str) -> String {
    let (arguments, result) = match signature.split_once(") -> ") {
        Some((arguments, result)) => (arguments, c_type(result)),
        None => (signature.trim_end_matches(')'), "void".into()),
    };
    let arguments: Vec<String> = arguments.split(", ").map(c_type).collect();
    format!("{result} (*)({})", arguments.join(", "))
}

fn within<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    text.strip_prefix(start)?.strip_suffix(end)
}

#[test]
fn types_are_told_as_c_writes_them() {
    use std::any::type_name;
    use std::ffi::{c_char, c_void};
    for (rust, c, pointer) in [
        (type_name::<usize>(), "size_t", "size_t *"),
        (
            type_name::<*const c_char>(),
            "const char *",
            "const char **",
        ),
        (
            type_name::<*mut *const c_void>(),
            "const void **",
            "const void ***",
        ),
        (type_name::<[c_char; 8]>(), "char [8]", "char (*)[8]"),
        (
            type_name::<Option<unsafe extern "C" fn(*mut c_void, u32) -> u32>>(),
            "uint32_t (*)(void *, uint32_t)",
            "uint32_t (**)(void *, uint32_t)",
        ),
        (
            type_name::<unsafe extern "C" fn(u64)>(),
            "void (*)(uint64_t)",
            "void (**)(uint64_t)",
        ),
    ] {
        assert_eq!(c_type(rust), c);
        assert_eq!(pointer_to(c), pointer);
    }
}
