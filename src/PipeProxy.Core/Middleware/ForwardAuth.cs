using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Http;

namespace PipeProxy.Core.Middleware;

/// <summary>
/// Asks another server whether the request may pass: a GET with the request's fields. 2xx lets it pass, with the named
/// fields of the answer copied into the request; any other answer becomes the answer to the client.
/// </summary>
internal sealed class ForwardAuth : Middleware
{
    private static readonly byte[] ForwardedMethod = "X-Forwarded-Method"u8.ToArray();
    private static readonly byte[] ForwardedUri = "X-Forwarded-Uri"u8.ToArray();

    private readonly SubRequestTarget _target;
    private readonly byte[][] _responseFields;
    private readonly byte[][] _requestFields;
    private readonly bool _trustForwardFields;

    /// <exception cref="FormatException">The address is no absolute http URL.</exception>
    public ForwardAuth(string name, ForwardAuthDefinition definition)
        : base(name)
    {
        _target = new SubRequestTarget(definition.Address);
        _responseFields = [.. definition.AuthResponseHeaders.Select(Encoding.ASCII.GetBytes)];
        _requestFields = [.. definition.AuthRequestHeaders.Select(Encoding.ASCII.GetBytes)];
        _trustForwardFields = definition.TrustForwardHeader;
    }

    internal override MiddlewareHooks Hooks => MiddlewareHooks.Request;

    internal override async ValueTask<HookVerdict> OnRequestAsync(Exchange exchange)
    {
        UpstreamConnection? answer = await SubRequest.GetAsync(exchange, _target, WriteFields);
        if (answer is null)
        {
            exchange.AnswerLocally(new LocalAnswer(500, "The server that decides on this request did not answer."));
            return HookVerdict.Answered;
        }

        if (answer.Head.Status is < 200 or > 299)
        {
            exchange.AnswerFrom(answer);
            return HookVerdict.Answered;
        }

        foreach (byte[] name in _responseFields)
        {
            CopyInto(exchange.Head, answer.Head, name);
        }

        await SubRequest.FinishAsync(exchange, answer);
        return HookVerdict.Continue;
    }

    private static void CopyInto(RequestHead request, ResponseHead answer, byte[] name)
    {
        request.RemoveAll(name);
        for (int i = answer.Find(name); i >= 0; i = answer.Find(name, i + 1))
        {
            request.Add(name, answer.ValueOf(i));
        }
    }

    private void WriteFields(Exchange exchange, PipeWriter output)
    {
        RequestHead head = exchange.Head;
        for (int i = 0; i < head.LineCount; i++)
        {
            if (!head.Line(i).Removed && IsSent(head.Line(i).Known, head.NameOf(i)))
            {
                WriteField(output, head.NameOf(i), head.ValueOf(i));
            }
        }

        if (!(_trustForwardFields && head.Has(KnownField.XForwardedMethod)))
        {
            WriteField(output, ForwardedMethod, head.MethodBytes);
        }

        if (!(_trustForwardFields && head.Has(KnownField.XForwardedUri)))
        {
            WriteField(output, ForwardedUri, head.Target);
        }
    }

    private bool IsSent(KnownField known, ReadOnlySpan<byte> name)
    {
        switch (known)
        {
            // Of the connection, of the body we do not send, or written by ourselves.
            case KnownField.Host or KnownField.ContentLength or KnownField.TransferEncoding or KnownField.Expect or KnownField.Trailer
                or KnownField.Connection or KnownField.Upgrade or KnownField.TE or KnownField.KeepAlive or KnownField.ProxyConnection:
                return false;
            case KnownField.XForwardedMethod or KnownField.XForwardedUri:
                return _trustForwardFields;
            case KnownField.XForwardedFor or KnownField.XForwardedHost or KnownField.XForwardedProto or KnownField.XForwardedPort:
                return true;
        }

        if (_requestFields.Length == 0)
        {
            return true;
        }

        foreach (byte[] wanted in _requestFields)
        {
            if (Ascii.EqualsIgnoreCase(wanted, name))
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteField(PipeWriter output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        output.Write(name);
        output.Write(": "u8);
        output.Write(value);
        output.Write("\r\n"u8);
    }
}
