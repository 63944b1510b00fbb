/*
 * Why octets are not a syslog message: one closed list, each with a sentence for the person who sent them and the clause.
 * Promise: a fault is a constant, so that refusing allocates no more than accepting; it never quotes the message.
 */

export interface SyslogFault {
  readonly code: SyslogFaultCode;
  /** What is wrong, without a final stop: may be put into a longer sentence. */
  readonly message: string;
  readonly clause: string;
}

const sentences = {
  bad_pri: ['PRI is not `<0>` to `<191>` without leading zeros', 'RFC 5424 6.2.1'],
  bad_version: ['VERSION is not `1`, right after PRI and with a space behind it', 'RFC 5424 6.2.2'],
  bad_timestamp: [
    'TIMESTAMP is neither `-` nor YYYY-MM-DDThh:mm:ss[.1-6 digits] with Z or an offset',
    'RFC 5424 6.2.3',
  ],
  bad_hostname: ['HOSTNAME is not 1 to 255 printable ASCII characters', 'RFC 5424 6.2.4'],
  bad_app_name: ['APP-NAME is not 1 to 48 printable ASCII characters', 'RFC 5424 6.2.5'],
  bad_proc_id: ['PROCID is not 1 to 128 printable ASCII characters', 'RFC 5424 6.2.6'],
  bad_msg_id: ['MSGID is not 1 to 32 printable ASCII characters', 'RFC 5424 6.2.7'],
  bad_structured_data: ['STRUCTURED-DATA is neither `-` nor SD-ELEMENTs right behind one another', 'RFC 5424 6.3'],
  bad_sd_id: ['an SD-ID is not 1 to 32 printable ASCII characters without = ] "', 'RFC 5424 6.3.2'],
  duplicate_sd_id: ['an SD-ID comes twice', 'RFC 5424 6.3.2'],
  bad_param_name: ['a PARAM-NAME is not 1 to 32 printable ASCII characters without = ] "', 'RFC 5424 6.3.3'],
  bad_param_value: ['a PARAM-VALUE is not in quotes, has no end, or has a `]` without its backslash', 'RFC 5424 6.3.3'],
  param_value_not_utf8: ['a PARAM-VALUE is not UTF-8', 'RFC 5424 6.3.3'],
  message_not_utf8: ['MSG begins with the BOM and is not UTF-8', 'RFC 5424 6.4'],
} as const satisfies Record<string, readonly [string, string]>;

export type SyslogFaultCode = keyof typeof sentences;

export const syslogFaults = Object.fromEntries(
  Object.entries(sentences).map(([code, [message, clause]]) => [code, Object.freeze({ code, message, clause })]),
) as { readonly [Code in SyslogFaultCode]: SyslogFault };
