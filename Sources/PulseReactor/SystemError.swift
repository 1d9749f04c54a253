import Glibc

/// A system call that failed: which one, and its errno.
package struct SystemError: Error, Hashable, CustomStringConvertible {
    /// The call, as its manual page names it.
    package let call: String
    /// The errno that it gave.
    package let code: Int32

    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The error that errno holds now.
    static func last(_ call: String) -> SystemError {
        SystemError(call: call, code: errno)
    }

    /// The kernel's own words for the code, such as "Address already in use".
    package var reason: String {
        unsafe String(cString: strerror(code))
    }

    package var description: String { "\(call): \(reason)" }
}

/// Passes a result on, or throws what errno says when it is negative.
func check(_ call: String, _ result: Int32) throws(SystemError) -> Int32 {
    guard result >= 0 else { throw .last(call) }
    return result
}
