using System.Buffers;
using System.Buffers.Text;
using System.Text;
using PipeProxy.Core.Http;

namespace PipeProxy.Core.Forwarding;

/// <summary>Writes an answer of our own as a response like any other: fields, hooks, framing, one line of text.</summary>
internal static class LocalAnswerWriter
{
    /// <summary>Writes the whole answer into the client's output; no flush.</summary>
    public static void Write(Exchange exchange, in LocalAnswer answer, ReadOnlySpan<byte> date)
    {
        ResponseHead head = exchange.LocalHead;
        head.Reset();
        Span<byte> reason = stackalloc byte[64];
        int reasonLength = Encoding.ASCII.GetBytes(StatusPhrases.Of(answer.Status), reason);
        head.SetStatusLine(answer.Status, head.Store(reason[..reasonLength]), 1);

        int textLength = Encoding.UTF8.GetByteCount(answer.Reason) + (answer.EndsLine ? 1 : 0);
        head.BodyKind = BodyKind.Length;
        head.ContentLength = textLength;
        head.Add(KnownField.ContentType, "text/plain; charset=utf-8"u8);
        if (answer.RetryAfterSeconds > 0)
        {
            Span<byte> seconds = stackalloc byte[11];
            Utf8Formatter.TryFormat(answer.RetryAfterSeconds, seconds, out int digits);
            head.Add(KnownField.RetryAfter, seconds[..digits]);
        }

        foreach ((string name, string value) in exchange.AnswerFields)
        {
            head.Set(Encoding.ASCII.GetBytes(name), Encoding.Latin1.GetBytes(value));
        }

        if (exchange.Route is { Chain.HasResponseHooks: true } route)
        {
            route.Chain.OnResponse(exchange, head);
        }

        ResponseHeadFacts facts = new()
        {
            ClientMinorVersion = exchange.Head.MinorVersion,
            KeepAlive = exchange.KeepAlive,
            BodyKind = BodyKind.Length,
            ContentLength = textLength,
            Date = date,
        };
        HeadWriter.WriteResponse(exchange.Writer.Output, head, facts);
        if (exchange.Head.Method != HttpMethod.Head)
        {
            Span<byte> text = exchange.Writer.Output.GetSpan(textLength);
            int written = Encoding.UTF8.GetBytes(answer.Reason, text);
            if (answer.EndsLine)
            {
                text[written] = (byte)'\n';
            }

            exchange.Writer.Output.Advance(textLength);
        }
    }
}
