using PipeProxy.Core.Http;

namespace PipeProxy.Core.Forwarding;

/// <summary>An answer of our own: what to say instead of asking a backend.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Reason">One line that says what happened; it is the body too. Never client bytes.</param>
/// <param name="Close">The connection ends after it.</param>
/// <param name="RetryAfterSeconds">Retry-After, 0 = none.</param>
/// <param name="EndsLine">The body ends in a newline, for people; false where programs compare it.</param>
internal readonly record struct LocalAnswer(int Status, string Reason, bool Close = false, int RetryAfterSeconds = 0, bool EndsLine = true)
{
    public static LocalAnswer Of(HttpRejection rejection) => new(rejection.Status, rejection.Reason, Close: true);
}
