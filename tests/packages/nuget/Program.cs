using System;
using System.Text;
using ShmBroker;

var options = new ShmOptions { Kind = ShmKind.Queue, Capacity = 4096, Flags = ShmOpenFlags.Create };
using var channel = new ShmChannel("a stranger's, in C#", options);
channel.Write(Encoding.UTF8.GetBytes("hello"), TimeSpan.Zero);
ShmMessage message = await channel.ReadAsync();
string text = Encoding.UTF8.GetString(message.Data);
Console.WriteLine($"C#: {text}, message {message.Sequence}");
return text == "hello" ? 0 : 1;
