using System.Net.Sockets;
using System.Text;
using PipeProxy.Cli.Options;

namespace PipeProxy.Cli.Status;

/// <summary>Asks the running instance how it is.</summary>
internal static class StatusClient
{
    private const int LongestAnswer = 1024;

    /// <summary>
    /// One question, one line. Where nobody named a socket and the default path has nobody behind it, the abstract
    /// name is asked. Never throws: that nobody answers is an answer.
    /// </summary>
    public static async Task<StatusAnswer> AskAsync(StatusSocketOptions options, TimeSpan patience)
    {
        using CancellationTokenSource patienceEnds = new(patience);
        StatusAnswer? first = await TryAskAsync(options.Path, patience, patienceEnds.Token);
        if (first is null && options.IsDefault)
        {
            first = await TryAskAsync(StatusAddress.AbstractDefault, patience, patienceEnds.Token);
        }

        return first ?? StatusAnswer.Not(options.IsDefault
            ? $"no instance answers on {options.Path} or {StatusAddress.AbstractDefault}"
            : $"no instance answers on {options.Path}");
    }

    /// <summary>Null where nobody listens on <paramref name="path"/>.</summary>
    private static async Task<StatusAnswer?> TryAskAsync(string path, TimeSpan patience, CancellationToken patienceEnds)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(StatusAddress.Of(path), patienceEnds);
        }
        catch (SocketException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            return StatusAnswer.Not($"{path}: no answer within {patience.TotalSeconds:0.#} s");
        }

        try
        {
            await socket.SendAsync(StatusSocket.Question.ToArray(), patienceEnds);
            return await ReadAnswerAsync(socket, path, patienceEnds);
        }
        catch (SocketException e)
        {
            return StatusAnswer.Not($"{path}: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            return StatusAnswer.Not($"{path}: no answer within {patience.TotalSeconds:0.#} s");
        }
    }

    private static async Task<StatusAnswer> ReadAnswerAsync(Socket socket, string path, CancellationToken patienceEnds)
    {
        byte[] buffer = new byte[LongestAnswer];
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(length), patienceEnds);
            length += read;
            int end = buffer.AsSpan(0, length).IndexOf((byte)'\n');
            if (end >= 0)
            {
                string line = StatusSocket.OneLine(Encoding.UTF8.GetString(buffer, 0, end));
                return line == StatusAnswer.OkText ? StatusAnswer.Ok : StatusAnswer.Not(line);
            }

            if (read == 0)
            {
                break;
            }
        }

        return StatusAnswer.Not($"{path}: the answer is no line");
    }
}
