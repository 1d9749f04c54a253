/// The version of the program, as /api/version, the stream and --version tell it.
package let pulseVersion = "0.1.0"
