import Glibc

/// Where to keep what survives a restart when nobody has said.
enum DataFolderChoice {
    /// The folder that systemd has made (`StateDirectory=`), else that of the user's state, if the
    /// environment names one of them.
    static var fromEnvironment: String? {
        // systemd may name several, of which the first is for this.
        if let folder = variable("STATE_DIRECTORY")?.prefix(while: { $0 != ":" }), !folder.isEmpty {
            return String(folder)
        }
        return variable("XDG_STATE_HOME").map { "\($0)/pulse" }
    }

    /// A variable that is set and not empty.
    private static func variable(_ name: String) -> String? {
        // Nothing changes the environment; the text is copied at once.
        guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
        return unsafe String(cString: value)
    }
}
