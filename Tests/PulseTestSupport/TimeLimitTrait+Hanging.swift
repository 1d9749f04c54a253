package import Testing

extension Trait where Self == TimeLimitTrait {
    /// Ends a test that hangs.
    ///
    /// Swift Testing begins all tests at once, and the clock of each runs while others compute: how
    /// long one takes is a matter of the machine and of the others. No test comes near ten minutes.
    package static var endsWhenItHangs: Self { .timeLimit(.minutes(10)) }
}
