import Glibc

/// The content of a small file, at most `bytesMax` of it, or `nil` when it cannot be read.
///
/// For /sys attributes, whose paths come and go, and for files that are read once.
func readSmallFile(_ path: String, bytesMax: Int = 4096) -> SourceText? {
    // The path's bytes live for the call. A FIFO in the place of a file must not block us.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { _ = close(descriptor) }
    var content = [UInt8](repeating: 0, count: bytesMax)
    var length = 0
    while length < bytesMax {
        let count = unsafe content.withUnsafeMutableBytes { buffer in
            // Reads into what is left of our own array.
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[length...])
            return unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
        }
        if count == 0 { break }
        if count > 0 {
            length += count
        } else if errno != EINTR {
            return nil
        }
    }
    return content[..<length]
}

/// The names in a directory without `.` and `..`, sorted, or `nil` when it cannot be read.
func directoryNames(_ path: String) -> [String]? {
    guard let directory = unsafe opendir(path) else { return nil }
    defer { unsafe _ = closedir(directory) }
    var names: [String] = []
    // The entry is valid until the next readdir; the name is copied before that.
    while let entry = unsafe readdir(directory) {
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
}

/// The last component of what a symbolic link points to, or `nil` when there is no such link.
func linkBaseName(_ path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    // readlink writes at most the count that it is given, and no NUL.
    let count = unsafe readlink(path, &target, target.count)
    guard count > 0 else { return nil }
    let bytes = target[..<count].map { UInt8(bitPattern: $0) }
    return bytes[...].split(separator: UInt8(ascii: "/")).last.map { $0.text }
}

/// Whether something exists at `path`.
func pathExists(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0
}
