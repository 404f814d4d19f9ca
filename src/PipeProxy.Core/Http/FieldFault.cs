namespace PipeProxy.Core.Http;

/// <summary>What can be wrong with a field line (RFC 9112 section 5).</summary>
internal enum FieldFault : byte
{
    None,
    LeadingBlank,
    EmptyName,
    BlankInName,
    NoColon,
    BadNameByte,
    ControlInValue,
    BareLineFeed,
    BareCarriageReturn,
    EmptyLine,
    TooManyLines,
    TooLarge,
}

/// <summary>The fixed texts for <see cref="FieldFault"/>.</summary>
internal static class FieldFaults
{
    /// <summary>Too many or too large is a matter of limits (431 in a request), the rest of syntax.</summary>
    internal static bool IsLimit(FieldFault fault) => fault is FieldFault.TooManyLines or FieldFault.TooLarge;

    internal static string Describe(FieldFault fault) => fault switch
    {
        FieldFault.LeadingBlank => "A field line begins with white space.",
        FieldFault.EmptyName => "A field line has no name.",
        FieldFault.BlankInName => "White space stands before a field's colon.",
        FieldFault.NoColon => "A field line has no colon.",
        FieldFault.BadNameByte => "A field name has a byte that no token may have.",
        FieldFault.ControlInValue => "A field value has a control byte.",
        FieldFault.BareLineFeed => "A line ends in LF without CR.",
        FieldFault.BareCarriageReturn => "A CR is not followed by LF.",
        FieldFault.EmptyLine => "More empty lines stand before the start line than allowed.",
        FieldFault.TooManyLines => "There are more field lines than allowed.",
        FieldFault.TooLarge => "The head is larger than allowed.",
        _ => "A field line is malformed.",
    };
}
