namespace PipeProxy.Cli;

/// <summary>What the process ends with: the numbers of sysexits(3), so that a supervisor can tell a wrong flag from a busy port.</summary>
internal static class ExitCode
{
    /// <summary>Ended as asked.</summary>
    public const int Ok = 0;

    /// <summary><c>health</c>: not healthy, or nobody answers.</summary>
    public const int Unhealthy = 1;

    /// <summary>A wrong flag, value or command (EX_USAGE). To start again will not help.</summary>
    public const int Usage = 64;

    /// <summary>Something the proxy needs is not to be had, such as a port (EX_UNAVAILABLE).</summary>
    public const int Unavailable = 69;

    /// <summary>A defect of ours (EX_SOFTWARE).</summary>
    public const int Internal = 70;

    /// <summary><c>check</c>: something that is written will not be in force (EX_CONFIG).</summary>
    public const int Config = 78;
}
