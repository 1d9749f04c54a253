/// One line of /proc/self/mountinfo.
package struct Mount: Sendable, Equatable {
    /// `major:minor` of the file system; major 0 is anonymous (btrfs, ZFS, tmpfs).
    package var device: String
    /// Which directory of the file system is mounted; `/` unless it is a bind mount or subvolume.
    package var root: String
    package var mountpoint: String
    package var type: String
    /// What was mounted: `/dev/sda1`, `tank/data`.
    package var source: String

    package init(
        device: String,
        root: String,
        mountpoint: String,
        type: String,
        source: String
    ) {
        self.device = device
        self.root = root
        self.mountpoint = mountpoint
        self.type = type
        self.source = source
    }
}

/// Reads /proc/self/mountinfo (proc_pid_mountinfo(5)).
package enum MountTable {
    /// `36 35 98:0 /root /mnt opts [optional…] - ext4 /dev/sda1 superopts`, one a line.
    ///
    /// Lines of another shape are left out.
    package static func parse(_ mountinfo: SourceText) -> [Mount] {
        mountinfo.lines().compactMap(parseLine)
    }

    private static func parseLine(_ line: SourceText) -> Mount? {
        let fields = line.fields()
        // A lone dash ends the optional fields, of which there may be none or several.
        guard fields.count >= 6,
            let dash = fields.dropFirst(6).firstIndex(where: { $0.equals("-") }),
            dash + 2 < fields.count
        else { return nil }
        return Mount(
            device: fields[2].text,
            root: unescape(fields[3]),
            mountpoint: unescape(fields[4]),
            type: fields[dash + 1].text,
            source: unescape(fields[dash + 2])
        )
    }

    /// Decodes the octal escapes of space, tab, line feed and backslash (`\040 \011 \012 \134`).
    static func unescape(_ field: SourceText) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(field.count)
        var rest = field
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(digits.text, radix: 8)
            {
                bytes.append(value)
                rest.removeFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes[...].text
    }
}
