import PulseServer

/// Reads an option's value, and names the option where it is wrong.
func named<Value>(
    _ option: String,
    _ text: String,
    _ read: (String) throws(ConfigurationError) -> Value
) throws(ConfigurationError) -> Value {
    do throws(ConfigurationError) {
        return try read(text)
    } catch {
        throw ConfigurationError("\(option): \(error)")
    }
}
