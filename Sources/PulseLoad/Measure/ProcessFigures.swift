import Glibc

/// Processor time and memory of one process, from /proc.
struct ProcessFigures {
    var cpuNanoseconds: UInt64
    var residentBytes: UInt64

    /// Reads them; `nil` when the process is gone or another user's.
    init?(pid: Int32) {
        guard let threads = ProcFile.names(in: "/proc/\(pid)/task") else { return nil }
        cpuNanoseconds = 0
        for thread in threads {
            // A thread may end meanwhile.
            guard let words = ProcFile.words("/proc/\(pid)/task/\(thread)/schedstat"),
                let time = words.first.flatMap({ UInt64($0) })
            else { continue }
            cpuNanoseconds += time
        }
        guard let pages = ProcFile.words("/proc/\(pid)/statm"), pages.count > 1,
            let resident = UInt64(pages[1])
        else { return nil }
        residentBytes = resident * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// How busy the calling thread was: running, or waiting for a processor.
struct ThreadTime {
    let runNanoseconds: UInt64
    let waitNanoseconds: UInt64

    init?() {
        guard let words = ProcFile.words("/proc/thread-self/schedstat"), words.count > 1,
            let run = UInt64(words[0]), let wait = UInt64(words[1])
        else { return nil }
        runNanoseconds = run
        waitNanoseconds = wait
    }
}

/// Finds the process that listens on a port.
enum ListeningProcess {
    /// The process id, or `nil` when it cannot be seen: another user's, or another namespace's.
    static func find(port: UInt16) -> Int32? {
        let inodes = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap {
            ListeningProcess.inodes(in: $0, port: port)
        }
        guard !inodes.isEmpty, let names = ProcFile.names(in: "/proc") else { return nil }
        let wanted = Set(inodes.map { "socket:[\($0)]" })
        for name in names {
            guard let pid = Int32(name), let files = ProcFile.names(in: "/proc/\(pid)/fd") else {
                continue
            }
            for file in files {
                let link = ProcFile.link("/proc/\(pid)/fd/\(file)")
                if let link, wanted.contains(link) { return pid }
            }
        }
        return nil
    }

    /// Sockets that listen (state 0A) on the port, in the table of proc_net_tcp(5).
    private static func inodes(in path: String, port: UInt16) -> [Substring] {
        let digits = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        guard let text = ProcFile.text(path) else { return [] }
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 9, words[1].hasSuffix(suffix), words[3] == "0A" else { return nil }
            return words[9]
        }
    }
}

/// Small files of /proc.
enum ProcFile {
    static func text(_ path: String) -> String? {
        let fd = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return nil }
        defer { _ = close(fd) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = unsafe read(fd, &piece, piece.count)
            guard count > 0 else {
                return count == 0 ? String(decoding: bytes, as: UTF8.self) : nil
            }
            bytes += piece[..<count]
        }
    }

    static func words(_ path: String) -> [Substring]? {
        text(path)?.split { $0 == " " || $0 == "\n" }
    }

    static func link(_ path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                unsafe characters.baseAddress.map {
                    unsafe readlink(path, $0, characters.count)
                } ?? -1
            }
        }
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }

    static func names(in path: String) -> [String]? {
        guard let folder = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            // The entry is the folder's until the next call.
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
