using PipeProxy.Cli;
using PipeProxy.Hosting;

CommandActions actions = new(Run: ProxyHost.RunAsync, Check: ConfigurationCheck.RunAsync);
return await new CommandLine(actions, Console.Out, Console.Error).InvokeAsync(args, CommandLine.ReadEnvironment());
