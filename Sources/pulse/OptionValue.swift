import PulseReactor
import PulseServer

/// Reads an option's value, and names the option where it is wrong.
func named<Given, Value>(
    _ option: String,
    _ text: Given,
    _ read: (Given) throws(ConfigurationError) -> Value
) throws(ConfigurationError) -> Value {
    do throws(ConfigurationError) {
        return try read(text)
    } catch {
        throw ConfigurationError("\(option): \(error)")
    }
}

/// Reads the secret that an option's file holds.
func secretOption(_ option: String, _ path: String) throws(ConfigurationError) -> SecretFile {
    do throws(SecretFileError) {
        return try SecretFile(path: path)
    } catch {
        throw ConfigurationError("\(option): \(error)")
    }
}
